namespace CodePipeline.ThirdParty.Configuration;

/// <summary>The names of the called services in endpoint variables and in services sections.</summary>
internal static class AwsService
{
    public const string CodePipeline = "codepipeline";
    public const string S3 = "s3";
    public const string Sts = "sts";
    public const string Sso = "sso";
    public const string SsoOidc = "sso_oidc";
}
