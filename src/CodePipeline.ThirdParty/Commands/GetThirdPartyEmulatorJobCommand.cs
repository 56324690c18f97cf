using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Parameters;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>Shows an emulator's jobs, with the results they got.</summary>
[Cmdlet(VerbsCommon.Get, "CPThirdPartyEmulatorJob")]
[OutputType(typeof(EmulatedJob))]
public sealed class GetThirdPartyEmulatorJobCommand : EmulatorCommand
{
    /// <summary>The id of a job; without it, all.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(EmulatedJobCompleter))]
    public string? JobId { get; set; }

    /// <summary>Only jobs in this status.</summary>
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
