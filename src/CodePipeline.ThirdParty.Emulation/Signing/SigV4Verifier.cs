using System;
using System.Globalization;
using System.Linq;
using System.Text;
using CodePipeline.ThirdParty.Emulation.Http;
using CodePipeline.ThirdParty.Emulation.Wire;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Emulation.Signing;

/// <summary>
/// Verifies the Signature Version 4 of a request: the emulator's access key, its region and the current time.
/// </summary>
internal sealed class SigV4Verifier
{
    private const string Service = "codepipeline";

    private readonly string _region;
    private readonly string _accessKeyId;
    private readonly Secret _secretAccessKey;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _allowedSkew;
    private SigningKey? _lastKey;

    internal SigV4Verifier(
        string region, string accessKeyId, Secret secretAccessKey, TimeProvider clock, TimeSpan allowedSkew)
    {
        _region = region;
        _accessKeyId = accessKeyId;
        _secretAccessKey = secretAccessKey;
        _clock = clock;
        _allowedSkew = allowedSkew;
    }

    /// <summary>Verifies the signature of a request.</summary>
    /// <exception cref="ServiceException">The signature is missing, invalid or expired.</exception>
    internal void Verify(HttpRequest call)
    {
        AuthorizationHeader header = AuthorizationHeader.Parse(call.Headers["Authorization"]);
        string time = call.Headers["X-Amz-Date"] is string sent
            ? sent.Trim()
            : throw AuthorizationHeader.Incomplete("Authorization header requires existence of a 'X-Amz-Date' header.");
        if (!SignatureV4.TryParseTime(time, out DateTimeOffset signedAt))
        {
            throw AuthorizationHeader.Incomplete("Date must be in ISO-8601 'basic format', as in 20150830T123600Z.");
        }

        CheckSignedHeaders(call, header);

        // The emulator's access key has no session token, so a session token belongs to other credentials.
        if (!ConstantTimeComparison.AreEqual(header.AccessKeyId, _accessKeyId)
            || call.Headers["X-Amz-Security-Token"] is not null)
        {
            throw new ServiceException(
                "UnrecognizedClientException", "The security token included in the request is invalid.");
        }

        CheckScope(header, time);
        CheckTime(signedAt);
        string canonical = CanonicalRequest.Create(call, header.SignedHeaders);
        string expected = SignatureV4.Sign(
            KeyOf(header.Date),
            time,
            SignatureV4.Scope(header.Date, _region, Service),
            Encoding.UTF8.GetBytes(canonical));
        if (!ConstantTimeComparison.AreEqual(expected, header.Signature))
        {
            throw Invalid(
                "The request signature we calculated does not match the signature you provided. Check your AWS "
                    + "Secret Access Key and signing method. Consult the service documentation for details.");
        }
    }

    private static void CheckSignedHeaders(HttpRequest call, AuthorizationHeader header)
    {
        if (!header.SignedHeaders.Split(';').Contains("host"))
        {
            throw Invalid("'Host' must be a 'SignedHeader' in the AWS Authorization.");
        }

        if (SignatureV4.UnsignedHeaders(call, header.SignedHeaders).FirstOrDefault() is string name)
        {
            throw Invalid($"'{name}' must be a 'SignedHeader' in the AWS Authorization.");
        }
    }

    private static ServiceException Invalid(string message) => new("InvalidSignatureException", message);

    private static string Format(DateTimeOffset time) => SignatureV4.FormatTime(time);

    private void CheckScope(AuthorizationHeader header, string time)
    {
        if (header.Region != _region)
        {
            throw Invalid($"Credential should be scoped to a valid region: this emulator is in '{_region}'.");
        }

        if (header.Service != Service)
        {
            throw Invalid($"Credential should be scoped to correct service: '{Service}'.");
        }

        if (header.Terminator != SignatureV4.Terminator)
        {
            throw Invalid($"Credential should be scoped with a valid terminator: '{SignatureV4.Terminator}'.");
        }

        if (!SignatureV4.IsDateOf(header.Date, time))
        {
            throw Invalid("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.");
        }
    }

    /// <summary>
    /// Uses the service's exact wording: SDKs parse the server time from it to correct their clock.
    /// </summary>
    private void CheckTime(DateTimeOffset signedAt)
    {
        DateTimeOffset now = _clock.GetUtcNow();
        string minutes = _allowedSkew.TotalMinutes.ToString("0.##", CultureInfo.InvariantCulture);
        if (signedAt < now - _allowedSkew)
        {
            throw Invalid(
                $"Signature expired: {Format(signedAt)} is now earlier than {Format(now - _allowedSkew)} "
                    + $"({Format(now)} - {minutes} min.)");
        }

        if (signedAt > now + _allowedSkew)
        {
            throw Invalid(
                $"Signature not yet current: {Format(signedAt)} is still later than {Format(now + _allowedSkew)} "
                    + $"({Format(now)} + {minutes} min.)");
        }
    }

    private byte[] KeyOf(string date)
    {
        // Requests of one day share a key, so caching the last key avoids nearly all derivations.
        SigningKey? last = _lastKey;
        if (last is null || last.Date != date)
        {
            last = new SigningKey(date, SignatureV4.DeriveKey(_secretAccessKey.Reveal(), date, _region, Service));
            _lastKey = last;
        }

        return last.Key;
    }

    private sealed class SigningKey
    {
        internal SigningKey(string date, byte[] key)
        {
            Date = date;
            Key = key;
        }

        internal string Date { get; }

        internal byte[] Key { get; }
    }
}
