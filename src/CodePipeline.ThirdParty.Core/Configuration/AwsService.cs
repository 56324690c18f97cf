namespace CodePipeline.ThirdParty.Configuration;

/// <summary>The services that are called, by the names that endpoint variables and services sections have.</summary>
internal static class AwsService
{
    public const string CodePipeline = "codepipeline";
    public const string S3 = "s3";
    public const string Sts = "sts";
    public const string Sso = "sso";
    public const string SsoOidc = "sso_oidc";
}
