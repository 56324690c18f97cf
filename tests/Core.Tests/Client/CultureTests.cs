using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Core.Tests.Artifacts;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Client;

/// <summary>
/// A whole job in cultures where i is not the lowercase of I (tr, az), with other digits and calendars (ar, fa), or
/// with a decimal comma (de).
/// </summary>
[Collection(RunsAlone.Name)]
public sealed class CultureTests : IDisposable
{
    private readonly CultureInfo _before = CultureInfo.CurrentCulture;
    private readonly CultureInfo? _default = CultureInfo.DefaultThreadCurrentCulture;

    public static TheoryData<string> Cultures => new() { "tr-TR", "az-Latn-AZ", "ar-SA", "fa-IR", "de-DE" };

    public void Dispose()
    {
        CultureInfo.CurrentCulture = _before;
        CultureInfo.DefaultThreadCurrentCulture = _default;
    }

    [Theory]
    [MemberData(nameof(Cultures))]
    public async Task Job_AnyCulture_Completes(string culture)
    {
        Use(culture);
        using var service = new EmulatedService(new EmulatorOptions { RecordRequests = true });
        EmulatedJob job = service.AddJob();
        using var environment = new EnvironmentScope(
            ("AWS_ENDPOINT_URL_CODEPIPELINE", service.Emulator.Endpoint.AbsoluteUri),
            ("AWS_MAX_ATTEMPTS", "1"), ("AWS_RETRY_MODE", "STANDARD"), ("AWS_USE_FIPS_ENDPOINT", "FALSE"));
        using var config = new AwsConfigFile(
            $"[default]\nREGION = {service.Emulator.Region}\nAWS_ACCESS_KEY_ID = {service.Emulator.AccessKeyId}\n"
            + $"AWS_SECRET_ACCESS_KEY = {service.Emulator.SecretAccessKey.Reveal()}\nMAX_ATTEMPTS = 2\n");
        string? region = await RegionResolver.FindAsync(new ClientSettings(), default);
        using var client = new ThirdPartyJobClient(new ClientSettings { Region = region });

        await client.PollForThirdPartyJobsAsync(EmulatedService.Type, 1, CallOptions.Quiet, default);
        JobDetailsResponse details = await client.GetThirdPartyJobDetailsAsync(
            job.JobId, job.ClientToken, CallOptions.Quiet, default);
        await client.AcknowledgeThirdPartyJobAsync(
            job.JobId, details.Nonce!, job.ClientToken, CallOptions.Quiet, default);
        await client.PutThirdPartyJobSuccessResultAsync(
            job.JobId, job.ClientToken,
            new SuccessResult
            {
                Summary = "I ı İ i", PercentComplete = 99,
                Revision = new JobRevision("r", "c", new DateTimeOffset(2030, 2, 3, 4, 5, 6, TimeSpan.Zero), null),
            },
            CallOptions.Quiet, default);

        Assert.Equal(JobStatus.Succeeded, service.JobOf(job).Status);
        string body = service.Emulator.GetRequests().Select(each => each.RevealBody()).Last();
        Assert.Contains("\"created\":1896321906", body, StringComparison.Ordinal);
        Assert.Contains("\"percentComplete\":99", body, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Cultures))]
    public async Task Artifacts_AnyCulture_AreTransferred(string culture)
    {
        Use(culture);
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        byte[] content = ArtifactHost.Bytes(100_000);

        await host.PublishAsync(job, content);
        host.Put(host.Published());
        await host.SaveAsync(job, "in");

        Assert.Equal(content, File.ReadAllBytes(host.PathOf("in")));
    }

    [Theory]
    [MemberData(nameof(Cultures))]
    public void Endpoint_ServicesSectionInAnyCulture_IsFound(string culture)
    {
        Use(culture);
        using var config = new AwsConfigFile(
            "[default]\nservices = s\n[services s]\ncodepipeline =\n  endpoint_url = https://inside.example/\n");

        using var client = new ThirdPartyJobClient(new ClientSettings
        {
            Region = "us-iso-east-1", AccessKey = "AK", SecretKey = new Secret("SK"),
        });

        Assert.Equal("https://inside.example/", client.Endpoint.AbsoluteUri);
    }

    [Theory]
    [MemberData(nameof(Cultures))]
    public void Endpoint_RegionInAnyCulture_IsTheSame(string culture)
    {
        Use(culture);

        using var client = new ThirdPartyJobClient(new ClientSettings
        {
            Region = "us-iso-east-1", AccessKey = "AK", SecretKey = new Secret("SK"),
        });

        Assert.Equal("https://codepipeline.us-iso-east-1.c2s.ic.gov/", client.Endpoint.AbsoluteUri);
    }

    private static void Use(string culture)
    {
        CultureInfo.CurrentCulture = new CultureInfo(culture);
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture;
    }
}
