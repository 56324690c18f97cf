using System;
using System.Collections;
using System.Management.Automation;
using System.Reflection;
using System.Threading.Tasks;
using Amazon.Runtime;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>AWS credentials as <c>-Credential</c> takes them.</summary>
/// <remarks>
/// A PSCredential (access key and secret key), an object with AccessKeyId, SecretAccessKey and SessionToken as STS
/// gives it, or a credential object of another module's AWS SDK, AWS.Tools' among them, which goes on renewing itself.
/// </remarks>
public sealed class CredentialArgument
{
    private CredentialArgument(AWSCredentials credentials) => Credentials = credentials;

    internal AWSCredentials Credentials { get; }

    /// <summary>Credentials of an AWS SDK or of AWS.Tools, as they come down a pipeline; nothing else.</summary>
    internal static CredentialArgument? TryOf(object value) =>
        value is not (PSCustomObject or IDictionary) && (value as AWSCredentials ?? ForeignCredentials.Wrap(value))
            is AWSCredentials credentials
            ? new CredentialArgument(credentials)
            : null;

    internal static CredentialArgument Parse(object value) => value as CredentialArgument
        ?? new CredentialArgument(Find(value) ?? throw new InvalidInputException(
            "Credential",
            $"Credential is of type {value.GetType().FullName}, which holds no AWS credentials.",
            "Give a PSCredential (user name: access key, password: secret key), the Credentials of an STS call, or a "
            + "credential object of AWS.Tools."));

    /// <inheritdoc/>
    public override string ToString() => Secret.Mask;

    private static AWSCredentials? Find(object value)
    {
        object plain = PSObjectValues.Unwrap(value)!;
        return plain switch
        {
            AWSCredentials own => own,
            PSCredential keys => new BasicAWSCredentials(keys.UserName, keys.GetNetworkCredential().Password),
            _ => ForeignCredentials.Wrap(plain) ?? Keys(value) ?? Inner(plain),
        };
    }

    private static AWSCredentials? Keys(object value)
    {
        string? accessKey = Text(value, "AccessKeyId", "AccessKey");
        string? secretKey = Text(value, "SecretAccessKey", "SecretKey");
        string? token = Text(value, "SessionToken", "Token");
        return accessKey is null || secretKey is null ? null
            : token is null ? new BasicAWSCredentials(accessKey, secretKey)
            : new SessionAWSCredentials(accessKey, secretKey, token);
    }

    private static string? Text(object value, params string[] names)
    {
        foreach (string name in names)
        {
            object? found = PSObject.AsPSObject(value).Properties[name]?.Value;
            string? text = found is Secret secret ? secret.Reveal() : found?.ToString();
            if (!string.IsNullOrEmpty(text))
            {
                return text;
            }
        }

        return null;
    }

    /// <summary>AWS.Tools keeps its credentials in a wrapper, whose property is not public.</summary>
    private static AWSCredentials? Inner(object value)
    {
        PropertyInfo? property = value.GetType().GetProperty(
            "Credentials", BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
        object? inner = property?.GetValue(value);
        return inner is null || ReferenceEquals(inner, value) ? null : Find(inner);
    }

    /// <summary>Credentials of another AWSSDK.Core, asked anew for each request.</summary>
    private sealed class ForeignCredentials(object source, MethodInfo get) : AWSCredentials
    {
        private readonly object _source = source;

        public static ForeignCredentials? Wrap(object value)
        {
            MethodInfo? get = value.GetType().GetMethod("GetCredentials", Type.EmptyTypes);
            return get is null || get.ReturnType.GetProperty("AccessKey") is null
                ? null
                : new ForeignCredentials(value, get);
        }

        public override ImmutableCredentials GetCredentials()
        {
            object keys;
            try
            {
                keys = get.Invoke(_source, null)!;
            }
            catch (TargetInvocationException error) when (error.InnerException is not null)
            {
                throw error.InnerException;
            }

            return new ImmutableCredentials(Read(keys, "AccessKey"), Read(keys, "SecretKey"), Read(keys, "Token"));
        }

        public override Task<ImmutableCredentials> GetCredentialsAsync() => Task.Run(GetCredentials);

        /// <summary>The same object of the other module is the same client of ours.</summary>
        public override bool Equals(object? obj) =>
            obj is ForeignCredentials other && ReferenceEquals(_source, other._source);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(_source);

        private static string? Read(object keys, string name) =>
            keys.GetType().GetProperty(name)?.GetValue(keys) as string;
    }
}

/// <summary>Turns what <c>-Credential</c> takes into a <see cref="CredentialArgument"/>.</summary>
public sealed class CredentialTransformationAttribute : TransformationAttribute
{
    private protected override object Convert(object value) => CredentialArgument.Parse(value);
}
