using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Parameters;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>Gets an emulator's jobs with their results.</summary>
[Cmdlet(VerbsCommon.Get, "CPThirdPartyEmulatorJob")]
[OutputType(typeof(EmulatedJob))]
public sealed class GetThirdPartyEmulatorJobCommand : EmulatorCommand
{
    /// <summary>The job id. The default is all jobs.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(EmulatedJobCompleter))]
    public string? JobId { get; set; }

    /// <summary>Filters by job status.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(StatusCompleter))]
    public string? Status { get; set; }

    private protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        ThirdPartyEmulator emulator = ResolveEmulator();
        foreach (EmulatedJob job in emulator.GetJobs().Where(job =>
            (JobId is null || job.JobId == JobId)
            && (Status is null || job.Status.Equals(Status, System.StringComparison.OrdinalIgnoreCase))))
        {
            Write(job);
        }

        return Task.CompletedTask;
    }
}
