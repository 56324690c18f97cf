using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.Tests;
using CodePipeline.ThirdParty.Tokens;
using CodePipeline.ThirdParty.Worker;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Worker;

/// <summary>Client tokens, claims and renewed credentials of third-party jobs.</summary>
public sealed class ThirdPartyJobQueueTests : IDisposable
{
    private readonly EmulatedService _service = new();
    private int _lookups;

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task GetDetails_ConcurrentJobsOfAClient_ShareOneTokenLookup()
    {
        foreach (int i in Enumerable.Range(0, 8))
        {
            _service.AddJob("client-1");
        }

        ThirdPartyJobQueue queue = Queue(client => _service.Emulator.GetClients()[client]);
        JobTicket[] tickets = (await queue.PollAsync(EmulatedService.Type, 8, CancellationToken.None)).ToArray();
        await Task.WhenAll(tickets.Select(ticket => queue.GetDetailsAsync(ticket, CancellationToken.None)));

        Assert.Equal((8, 1), (tickets.Length, _lookups));
    }

    [Fact]
    public async Task GetDetails_CachedTokenRefused_LooksItUpAgain()
    {
        _service.AddJob("client-1");
        ThirdPartyJobQueue queue = Queue(client => _service.Emulator.GetClients()[client]);
        JobTicket ticket = await PollAsync(queue);
        await queue.GetDetailsAsync(ticket, CancellationToken.None);
        _service.Emulator.AddClient("client-1", new Secret("another-token"));

        await queue.GetDetailsAsync(ticket, CancellationToken.None);

        Assert.Equal(2, _lookups);
    }

    [Fact]
    public async Task GetDetails_WrongToken_ThrowsAndIsNotCached()
    {
        _service.AddJob("client-1");
        ThirdPartyJobQueue queue = Queue(_ => new Secret("wrong"));
        JobTicket ticket = await PollAsync(queue);

        await Assert.ThrowsAsync<InvalidClientTokenException>(
            () => queue.GetDetailsAsync(ticket, CancellationToken.None));
        Assert.Equal(1, _lookups);
        await Assert.ThrowsAsync<InvalidClientTokenException>(
            () => queue.GetDetailsAsync(ticket, CancellationToken.None));
        Assert.Equal(2, _lookups);
    }

    [Fact]
    public async Task Claim_SecondAttemptAfterTheEnd_ReturnsFalse()
    {
        EmulatedJob job = _service.AddJob();
        ThirdPartyJobQueue queue = Queue(client => _service.Emulator.GetClients()[client]);
        IWorkerJob opened = await queue.GetDetailsAsync(await PollAsync(queue), CancellationToken.None);

        Assert.True(await opened.ClaimAsync(CancellationToken.None));
        Assert.Equal(JobStatus.InProgress, _service.JobOf(job).Status);
        Assert.DoesNotContain(_service.JobOf(job).Nonce, opened.ClaimFingerprint, StringComparison.Ordinal);
        await queue.SucceedAsync(opened.Ticket, new SuccessResult { Summary = "ok" }, CancellationToken.None);
        Assert.False(await opened.ClaimAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Claim_NonceOfAnEarlierHandOut_ReturnsFalse()
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        using var service = new EmulatedService(
            new EmulatorOptions { Clock = clock, LeaseTime = TimeSpan.FromMinutes(1) });
        service.AddJob();
        ThirdPartyJobQueue queue = Queue(client => service.Emulator.GetClients()[client], service);
        IWorkerJob opened = await queue.GetDetailsAsync(await PollAsync(queue), CancellationToken.None);
        clock.Advance(TimeSpan.FromMinutes(2));
        await PollAsync(queue);

        Assert.False(await opened.ClaimAsync(CancellationToken.None));
    }

    [Fact]
    public async Task GetDetails_WrongTokenOnSecondLookup_IsNotCached()
    {
        _service.AddJob("client-1");
        ThirdPartyJobQueue queue = Queue(
            client => _lookups == 1 ? _service.Emulator.GetClients()[client] : new Secret("wrong"));
        JobTicket ticket = await PollAsync(queue);
        await queue.GetDetailsAsync(ticket, CancellationToken.None);
        _service.Emulator.AddClient("client-1", new Secret("another-token"));

        await Assert.ThrowsAsync<InvalidClientTokenException>(
            () => queue.GetDetailsAsync(ticket, CancellationToken.None));
        Assert.Equal(2, _lookups);
        int calls = _service.Emulator.GetRequests().Count;
        await Assert.ThrowsAsync<InvalidClientTokenException>(
            () => queue.GetDetailsAsync(ticket, CancellationToken.None));
        Assert.Equal((3, 1), (_lookups, _service.Emulator.GetRequests().Count - calls));
    }

    [Fact]
    public async Task Renew_AddsTheNewCredentialsToTheSecrets()
    {
        _service.AddJob();
        ThirdPartyJobQueue queue = Queue(client => _service.Emulator.GetClients()[client]);
        IWorkerJob job = await queue.GetDetailsAsync(await PollAsync(queue), CancellationToken.None);

        ArtifactCredentials renewed = (await job.Artifacts.RenewAsync!(CancellationToken.None))!;

        Assert.Contains(_service.Emulator.GetClients().Values.Single(), job.Secrets);
        Assert.Contains(renewed.SecretAccessKey, job.Secrets);
        Assert.Contains(job.Artifacts.Credentials!.SessionToken, job.Secrets);
    }

    private static async Task<JobTicket> PollAsync(ThirdPartyJobQueue queue) =>
        (await queue.PollAsync(EmulatedService.Type, 1, CancellationToken.None)).Single();

    private ThirdPartyJobQueue Queue(Func<string, Secret> find, EmulatedService? service = null) => new(
        new ThirdPartySession(name: null, (service ?? _service).Settings, tokens: null),
        new DelegateTokenSource(
            (client, _) =>
            {
                Interlocked.Increment(ref _lookups);
                return Task.FromResult<Secret?>(find(client));
            },
            "the test"));
}
