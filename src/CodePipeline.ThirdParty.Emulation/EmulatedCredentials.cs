using System;
using System.Globalization;
using System.Text;
using CodePipeline.ThirdParty.Emulation.Signing;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>Temporary credentials for a job's artifacts.</summary>
/// <remarks>
/// The session token contains the job and the expiry, signed with the emulator's key. The emulator therefore stores
/// nothing for the credentials it issues.
/// </remarks>
internal sealed class EmulatedCredentials
{
    private EmulatedCredentials(string accessKeyId, string secretAccessKey, string sessionToken)
    {
        AccessKeyId = accessKeyId;
        SecretAccessKey = secretAccessKey;
        SessionToken = sessionToken;
    }

    internal string AccessKeyId { get; }

    internal string SecretAccessKey { get; }

    internal string SessionToken { get; }

    internal static EmulatedCredentials Create(byte[] key, string jobId, DateTimeOffset expiresAt)
    {
        string accessKeyId = RandomIdentifiers.AccessKeyId("ASIA");
        string content = string.Join(
            "\n", accessKeyId, expiresAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), jobId);
        byte[] bytes = Encoding.UTF8.GetBytes(content);
        string seal = Convert.ToBase64String(Hashing.HmacSha256(key, bytes));
        return new EmulatedCredentials(
            accessKeyId, SecretOf(key, accessKeyId), Convert.ToBase64String(bytes) + "." + seal);
    }

    /// <summary>Reads a session token; returns false unless <see cref="Create"/> signed it with the same key.</summary>
    internal static bool TryRead(
        byte[] key, string sessionToken, out string accessKeyId, out string jobId, out DateTimeOffset expiresAt)
    {
        accessKeyId = string.Empty;
        jobId = string.Empty;
        expiresAt = default;
        string[] parts = sessionToken.Split('.');
        byte[] bytes;
        try
        {
            bytes = Convert.FromBase64String(parts[0]);
        }
        catch (FormatException)
        {
            return false;
        }

        string seal = Convert.ToBase64String(Hashing.HmacSha256(key, bytes));
        if (parts.Length != 2 || !ConstantTimeComparison.AreEqual(parts[1], seal))
        {
            return false;
        }

        string[] fields = Encoding.UTF8.GetString(bytes).Split(new[] { '\n' }, 3);
        accessKeyId = fields[0];
        expiresAt = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(fields[1], CultureInfo.InvariantCulture));
        jobId = fields[2];
        return true;
    }

    /// <summary>Derives the secret access key from an access key id.</summary>
    internal static string SecretOf(byte[] key, string accessKeyId) =>
        Convert.ToBase64String(Hashing.HmacSha256(key, "secret of " + accessKeyId)).Substring(0, 40);
}
