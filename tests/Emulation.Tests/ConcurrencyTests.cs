using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation.Jobs;
using Xunit;

namespace CodePipeline.ThirdParty.Emulation.Tests;

public sealed class ConcurrencyTests : IDisposable
{
    private readonly EmulatorHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Poll_ConcurrentWorkers_ReturnsEachJobOnce()
    {
        List<string> ids = [.. Enumerable.Range(0, 200).Select(_ => _host.AddJob().JobId)];

        IEnumerable<Task<List<string>>> workers = Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            List<string> mine = [];
            for (List<string> batch = (await _host.PollAsync(3)).JobIds;
                batch.Count > 0;
                batch = (await _host.PollAsync(3)).JobIds)
            {
                mine.AddRange(batch);
            }

            return mine;
        }));
        List<string>[] handedOut = await Task.WhenAll(workers);

        Assert.Equal(ids.Order(), handedOut.SelectMany(mine => mine).Order());
        Assert.All(_host.Emulator.GetJobs(), job => Assert.Equal(1, job.HandOutCount));
    }

    [Fact]
    public async Task Acknowledge_ConcurrentNonces_LatestNonceClaims()
    {
        EmulatedJob job = _host.AddJob();
        List<string> nonces = [];
        for (int i = 0; i < 24; i++)
        {
            Assert.Equal([job.JobId], (await _host.PollAsync()).JobIds);
            nonces.Add((await _host.DetailsAsync(job)).Nonce);
            _host.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        EmulatorResponse[] responses = await Task.WhenAll(
            nonces.Select(nonce => Task.Run(() => _host.AcknowledgeAsync(job, nonce))));

        Assert.Equal(24, nonces.Distinct().Count());
        Assert.All(responses[..^1], response => Assert.Equal("InvalidNonceException", response.Error));
        Assert.Equal("InProgress", responses[^1].Status);
    }

    [Fact]
    public async Task Result_ConcurrentResults_AcceptsOne()
    {
        EmulatedJob job = await _host.ClaimNewJobAsync();

        EmulatorResponse[] responses = await Task.WhenAll(
            Enumerable.Range(0, 24).Select(i => Task.Run(() => _host.SucceedAsync(job, "token-" + i))));

        Assert.Single(responses, response => response.StatusCode == 200);
        Assert.Equal(
            23,
            responses.Count(response => response.StatusCode != 200 && response.Error == "InvalidJobStateException"));
        Assert.Equal(2, _host.Emulator.GetJobs().Count);
    }
}
