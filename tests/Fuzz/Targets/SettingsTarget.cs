using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Fuzz.Making;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tests;

namespace CodePipeline.ThirdParty.Fuzz.Targets;

/// <summary>
/// Region, endpoint, proxy, variables of the AWS tools, and profile files: one on each line, the profile last.
/// </summary>
internal sealed class SettingsTarget : FuzzTarget
{
    private static readonly string[] s_variables =
        { "AWS_RETRY_MODE", "AWS_MAX_ATTEMPTS", "AWS_USE_FIPS_ENDPOINT", "AWS_ENDPOINT_URL" };

    private readonly TempFolder _folder = new();

    public override string Name => "settings";

    public override int Cases => 100_000;

    public override int TestCases => 300;

    public override int Longest => 8 * 1024;

    public override bool UsesThreads => true;

    // The SDK reads and caches its own files.
    public override long Allowance(int length) => 8 << 20 | (length * 2000L);

    public override IReadOnlyList<byte[]> Words { get; } = AsWords(
        "\n", "http://", "https://", "us-east-1", "[profile p]", "[p]", "services = s", "[services s]",
        "codepipeline =\n  endpoint_url = http://x", "region = ", "aws_access_key_id = a", "aws_secret_access_key = b",
        "source_profile = p", "credential_process = ", "sso_session = x", "=", "true", "adaptive", "%", "@");

    public override byte[] Make(Draw draw) => Encoding.UTF8.GetBytes(string.Join(
        "\n",
        draw.Pick(new[] { "us-east-1", "", "eu-west-1", "cn-north-1", "mars", "us east", draw.Text(40) }),
        draw.Pick(
            new[] { "", "http://127.0.0.1:1", "https://x.test/path?q", "ftp://x", "http://", "::1", draw.Text(60) }),
        draw.Pick(new[] { "", "http://proxy:8080", "proxy:8080", draw.Text(60) }),
        draw.Pick(new[] { "", "standard", "adaptive", "legacy", "x" }),
        draw.Pick(new[] { "", "3", "0", "-1", "99999999999" }),
        draw.Pick(new[] { "", "true", "maybe" }),
        draw.Pick(new[] { "", "http://127.0.0.1:2", "x" }),
        draw.Pick(new[]
        {
            "",
            "[profile p]\nregion = eu-west-1\naws_access_key_id = a\naws_secret_access_key = b\nservices = s\n"
                + "[services s]\ncodepipeline =\n  endpoint_url = http://127.0.0.1:3\n",
            "[profile p]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = p\n", "[default]\nregion=\n[profile p",
            draw.Text(300),
        })));

    public override string Run(byte[] input)
    {
        string[] lines = Encoding.UTF8.GetString(input)
            .Replace("\0", string.Empty, StringComparison.Ordinal)
            .Split('\n', 8);
        string Line(int index) => index < lines.Length ? lines[index] : string.Empty;
        for (int i = 0; i < s_variables.Length; i++)
        {
            Environment.SetEnvironmentVariable(s_variables[i], Line(3 + i));
        }

        bool profile = Line(7).Length > 0;
        ClientSettings settings = new()
        {
            Region = profile && Line(0).Length == 0 ? null : Line(0),
            EndpointUrl = Line(1).Length == 0 ? null : Line(1),
            Proxy = Line(2).Length == 0 ? null : Line(2),
            ProfileName = profile ? "p" : null,
            ProfileLocation = profile ? _folder.Write("config", Line(7)) : null,
            AccessKey = profile ? null : "a",
            SecretKey = profile ? null : new Secret("s"),
        };
        try
        {
            using ThirdPartyJobClient client = new(settings);
            Hold(client.Endpoint.Scheme is "http" or "https", "An endpoint has another scheme than http or https.");
            return "client" + client.HasOwnEndpoint;
        }
        catch (Exception error) when (error is InvalidInputException or CredentialException)
        {
            return Shape(error);
        }
        finally
        {
            foreach (string variable in s_variables)
            {
                Environment.SetEnvironmentVariable(variable, null);
            }
        }
    }

    protected override void Release() => _folder.Dispose();
}
