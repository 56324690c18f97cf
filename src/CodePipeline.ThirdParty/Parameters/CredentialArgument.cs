using System;
using System.Collections;
using System.Management.Automation;
using System.Reflection;
using System.Threading.Tasks;
using Amazon.Runtime;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>The value of <c>-Credential</c>: AWS credentials.</summary>
/// <remarks>
/// Accepts a PSCredential (access key and secret key), an object with AccessKeyId, SecretAccessKey and SessionToken
/// like an STS response, or a credential object of another module's AWS SDK, such as AWS.Tools. Such an object keeps
/// renewing itself.
/// </remarks>
public sealed class CredentialArgument
{
    private CredentialArgument(AWSCredentials credentials) => Credentials = credentials;

    internal AWSCredentials Credentials { get; }

    /// <summary>
    /// Wraps a piped credential object of an AWS SDK or of AWS.Tools; returns null for any other value.
    /// </summary>
    internal static CredentialArgument? TryCreate(object value) =>
        value is not (PSCustomObject or IDictionary) && (value as AWSCredentials ?? ForeignCredentials.Wrap(value))
            is AWSCredentials credentials
            ? new CredentialArgument(credentials)
            : null;

    internal static CredentialArgument Parse(object value) => value as CredentialArgument
        ?? new CredentialArgument(Find(value) ?? throw new InvalidInputException(
            "Credential",
            $"Credential is of type {value.GetType().FullName}, which contains no AWS credentials.",
            "Pass a PSCredential (user name: access key, password: secret key), the Credentials of an STS call, or a "
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

    /// <summary>Reads the credentials from AWS.Tools' wrapper, whose property is not public.</summary>
    private static AWSCredentials? Inner(object value)
    {
        PropertyInfo? property = value.GetType().GetProperty(
            "Credentials", BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
        object? inner = property?.GetValue(value);
        return inner is null || ReferenceEquals(inner, value) ? null : Find(inner);
    }

    /// <summary>Credentials of another AWSSDK.Core. Reads the current keys for each request.</summary>
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

        /// <summary>Compares by source object, so that one source maps to one cached client.</summary>
        public override bool Equals(object? obj) =>
            obj is ForeignCredentials other && ReferenceEquals(_source, other._source);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(_source);

        private static string? Read(object keys, string name) =>
            keys.GetType().GetProperty(name)?.GetValue(keys) as string;
    }
}

/// <summary>Converts the value of <c>-Credential</c> to a <see cref="CredentialArgument"/>.</summary>
public sealed class CredentialTransformationAttribute : TransformationAttribute
{
    private protected override object Convert(object value) => CredentialArgument.Parse(value);
}
