using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Jobs;
using Xunit;

namespace CodePipeline.ThirdParty.Interop;

public sealed class Boto3Tests
{
    [ToolFact(Tool.Boto3)]
    public async Task Boto3_FiveOperations_ReturnServiceResponses()
    {
        string python = await Tools.PythonWithBoto3Async();
        using ThirdPartyEmulator emulator = ThirdPartyEmulator.Start(
            new EmulatorOptions { ContinuationDelay = TimeSpan.Zero });
        EmulatedJob job = emulator.AddJob(new EmulatedJobRequest(new ActionTypeId("Test", "ThirdParty", "Contoso", "1"))
        {
            Configuration = new Dictionary<string, string> { ["K"] = "V" },
            OutputArtifacts = ["Out"],
        });

        ClientResult result = (await ClientProcess.RunAsync(
            python, [Tools.Script("life_of_a_job.py"), job.ClientToken.Reveal()], emulator))!;

        Assert.True(result.ExitCode == 0, result.Error);
        JsonElement[] seen = [.. JsonDocument.Parse(result.Output).RootElement.EnumerateArray()];
        EmulatedJob first = emulator.FindJob(job.JobId)!;
        EmulatedJob second = emulator.FindJob(first.NextJobId!)!;
        AssertClaimed(seen[0], first);
        Assert.Equal("InvalidJobException", seen[1].GetProperty("error").GetString());
        Assert.True(Guid.TryParse(seen[1].GetProperty("requestId").GetString(), out _));
        AssertClaimed(seen[2], second);
        Assert.Equal(
            [
                "InvalidJobStateException",
                "InvalidNonceException",
                "JobNotFoundException",
                "InvalidClientTokenException",
                "ActionTypeNotFoundException", "ValidationException",
            ],
            seen.Skip(3).Select(each => each.GetProperty("error").GetString()));
        Assert.Equal((JobStatus.Succeeded, "step 2", "r"), (first.Status, first.ContinuationTokenOut, first.Revision));
        Assert.Equal(new DateTimeOffset(2030, 1, 2, 0, 0, 0, TimeSpan.Zero), first.RevisionCreated);
        Assert.Equal(
            (JobStatus.Failed, "SystemUnavailable", "later"),
            (second.Status, second.FailureType, second.FailureMessage));
    }

    private static void AssertClaimed(JsonElement seen, EmulatedJob job)
    {
        Assert.Equal(
            (job.ClientId, job.JobId, "InProgress", job.ContinuationToken),
            (Text(seen, "clientId"), Text(seen, "jobId"), Text(seen, "status"), Text(seen, "continuationToken")));
        Assert.Equal("V", Text(seen.GetProperty("configuration"), "K"));
        Assert.Equal("Out", seen.GetProperty("outputArtifacts")[0].GetString());
    }

    private static string? Text(JsonElement element, string member) => element.GetProperty(member).GetString();
}
