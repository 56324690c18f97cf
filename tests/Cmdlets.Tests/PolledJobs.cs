using System.IO;
using System.Text;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.Tests;
using CodePipeline.ThirdParty.Tokens;

namespace CodePipeline.ThirdParty.Cmdlets.Tests;

/// <summary>Jobs of an emulator as cmdlet objects.</summary>
internal static class PolledJobs
{
    /// <summary>
    /// Polls a new job through its own session and reads its details. Each input contains its own name.
    /// </summary>
    public static ThirdPartyJobDetail PolledJob(this EmulatedService service, string[] outputs, params string[] inputs)
    {
        EmulatedJob job = service.Emulator.AddJob(new EmulatedJobRequest(EmulatedService.Type)
        {
            InputArtifacts = inputs,
            OutputArtifacts = outputs,
        });
        var session = new ThirdPartySession(
            "Default", service.Settings, new SingleTokenSource(job.ClientToken, "the test"));
        session.Client.PollForThirdPartyJobsAsync(EmulatedService.Type, 1, CallOptions.Quiet, default)
            .GetAwaiter().GetResult();
        JobDetailsResponse details = session.Client
            .GetThirdPartyJobDetailsAsync(job.JobId, job.ClientToken, CallOptions.Quiet, default)
            .GetAwaiter().GetResult();
        foreach (JobArtifact artifact in details.InputArtifacts)
        {
            service.Emulator.PutObject(
                artifact.BucketName!, artifact.ObjectKey!,
                new MemoryStream(Encoding.UTF8.GetBytes("content of " + artifact.Name)));
        }

        return new ThirdPartyJobDetail(
            new ThirdPartyJob(
                job.JobId, job.ClientId, job.ClientToken, JobStatus.Dispatched, EmulatedService.Type, session),
            details);
    }
}
