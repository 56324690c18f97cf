using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts;

public sealed class CredentialTests
{
    [Theory]
    [InlineData(11, 0)]
    [InlineData(13, 1)]
    [InlineData(20, 1)]
    public async Task Save_MinutesAfterDetails_RenewsBeforeExpiry(int minutes, int renewals)
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        using var host = new ArtifactHost(
            new EmulatorOptions { Clock = clock, AllowedClockSkew = TimeSpan.FromHours(1) }, clock);
        JobArtifacts job = await host.ReadAsync();
        host.Put([1]);
        clock.Advance(TimeSpan.FromMinutes(minutes));

        await host.SaveAsync(job, "in.bin");

        Assert.Equal(renewals, host.Renewals);
        Assert.DoesNotContain(host.Emulator.GetRequests(), request => request.StatusCode == 400);
    }

    [Fact]
    public async Task Save_CredentialsExpireDuringDownload_RenewsOnce()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        byte[] content = ArtifactHost.Bytes(60_000_000);
        host.Put(content);
        host.Service.Order("expired-token=1@GetObject,skip=2,limit=1");

        await host.SaveAsync(job, "in.bin");

        Assert.Equal(content, File.ReadAllBytes(host.PathOf("in.bin")));
        Assert.Equal(1, host.Renewals);
    }

    [Fact]
    public async Task Publish_CredentialsExpireDuringUpload_RenewsOnce()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        byte[] content = ArtifactHost.Bytes(40_000_000);
        host.Service.Order("expired-token=1@UploadPart,skip=2,limit=1");

        await host.Mover.PublishAsync(job, host.Output, host.Write("out", content), null, default);

        Assert.Equal(content, host.Published());
        Assert.Equal(1, host.Renewals);
    }

    [Fact]
    public async Task Save_ExpiredNotRenewable_RecommendsAction()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync(canRenew: false);
        host.Put([1]);
        host.Service.Order("expired-token=1@GetObject");

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => host.SaveAsync(job, "in.bin"));

        Assert.Equal(ArtifactFault.CredentialsExpired, error.Fault);
        Assert.Contains("Get-CPThirdPartyJobDetail", error.RecommendedAction);
    }

    [Fact]
    public async Task Save_JobEnded_ExplainsFailedRenewal()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put([1]);
        host.Service.Order("expired-token=1@GetObject");
        using var client = new ThirdPartyJobClient(host.Service.Settings);
        await client.PutThirdPartyJobFailureResultAsync(
            host.Job.JobId, host.Job.ClientToken, new FailureResult(FailureType.JobFailed, "no", null),
            CallOptions.Quiet, default);

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => host.SaveAsync(job, "in.bin"));

        Assert.Equal(ArtifactFault.CredentialsExpired, error.Fault);
        Assert.IsType<InvalidJobException>(error.InnerException);
    }

    [Fact]
    public async Task Save_JobWithoutCredentials_Fails()
    {
        using var host = new ArtifactHost();
        JobArtifacts read = await host.ReadAsync();
        var job = new JobArtifacts { JobId = read.JobId, Inputs = read.Inputs, Settings = read.Settings };

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => host.SaveAsync(job, "in.bin"));

        Assert.Equal(ArtifactFault.NoCredentials, error.Fault);
    }

    [Fact]
    public async Task Save_EarlyRenewalFails_UsesCurrentCredentials()
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        using var host = new ArtifactHost(
            new EmulatorOptions { Clock = clock, AllowedClockSkew = TimeSpan.FromHours(1) }, clock);
        JobArtifacts job = await host.ReadAsync();
        host.Put([1]);
        clock.Advance(TimeSpan.FromMinutes(13));
        host.Service.Order("throttle=1@GetThirdPartyJobDetails");

        await host.SaveAsync(job, "in.bin");

        Assert.Contains(
            host.Said, text => text.StartsWith("Renewing the credentials failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task GetAsync_RenewalFailed_RetriesAfterDelay()
    {
        int asked = 0;
        var clock = new ManualTimeProvider();
        var keys = new ArtifactCredentials(new Secret("ASIAEXAMPLE"), new Secret("secret"), new Secret("token"));
        using var credentials = new JobCredentials(
            new JobArtifacts
            {
                Credentials = keys,
                ReadAt = clock.GetUtcNow(),
                RenewAsync = _ =>
                {
                    asked++;
                    throw new IOException("no");
                },
            },
            clock);
        clock.Advance(TimeSpan.FromMinutes(13));

        for (int i = 0; i < 3; i++)
        {
            await credentials.GetAsync(default);
        }

        Assert.Equal(1, asked);
        clock.Advance(TimeSpan.FromSeconds(31));
        await credentials.GetAsync(default);
        Assert.Equal(2, asked);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(24)]
    [InlineData(-24)]
    public async Task Save_ClockChangedAndRenewalFails_UsesCurrentCredentials(int hours)
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        using var host = new ArtifactHost(clock: clock);
        JobArtifacts job = await host.ReadAsync() with { ReadAt = clock.GetUtcNow() - TimeSpan.FromHours(hours) };
        host.Put([1]);
        host.Service.Order("throttle=1@GetThirdPartyJobDetails");

        await host.SaveAsync(job, "in.bin");

        Assert.Equal(new byte[] { 1 }, File.ReadAllBytes(host.PathOf("in.bin")));
    }

    [Fact]
    public async Task RenewAsync_ConcurrentCallers_RenewOnce()
    {
        int asked = 0;
        ArtifactCredentials keys = new(new Secret("ASIAEXAMPLE"), new Secret("secret"), new Secret("token"));
        using var credentials = new JobCredentials(
            new JobArtifacts
            {
                Credentials = keys,
                ReadAt = DateTimeOffset.UtcNow,
                RenewAsync = async _ =>
                {
                    await Task.Yield();
                    asked++;
                    return keys;
                },
            },
            TimeProvider.System);
        CredentialLease first = await credentials.GetAsync(default);

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => credentials.RenewAsync(first.Generation, default)));

        Assert.Equal(1, asked);
        Assert.Equal(first.Generation + 1, (await credentials.GetAsync(default)).Generation);
    }
}
