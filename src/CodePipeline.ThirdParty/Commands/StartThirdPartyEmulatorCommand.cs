using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.State;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>Starts an emulator of the service in this process, on loopback.</summary>
[Cmdlet(VerbsLifecycle.Start, "CPThirdPartyEmulator", SupportsShouldProcess = true)]
[OutputType(typeof(ThirdPartyEmulator))]
public sealed class StartThirdPartyEmulatorCommand : AsyncCommand
{
    /// <summary>A name to find it by; without it, one is made up.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [NoCompletion]
    public string? Name { get; set; }

    /// <summary>The port, 0 for a free one.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    [NoCompletion]
    public int Port { get; set; }

    /// <summary>The region it plays.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RegionCompleter))]
    public string Region { get; set; } = "us-east-1";

    /// <summary>The region of the artifacts' bucket; that of the emulator if not given.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RegionCompleter))]
    public string? ArtifactRegion { get; set; }

    /// <summary>The access key id it knows; without it, one is made up.</summary>
    [Parameter]
    [Alias("AK", "AccessKeyId")]
    [NoCompletion]
    public string? AccessKey { get; set; }

    /// <summary>The secret access key that belongs to it; without it, one is made up.</summary>
    [Parameter]
    [Alias("SK", "SecretAccessKey")]
    [SecretTransformation]
    [NoCompletion]
    public Secret? SecretKey { get; set; }

    /// <summary>Action types it knows beside those of its jobs.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ActionTypeCompleter))]
    public object[]? ActionType { get; set; }

    /// <summary>When a job that was handed out and not claimed is handed out again; 60 s if not given.</summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan? LeaseTime { get; set; }

    /// <summary>When a claimed job is timed out; 1 h if not given.</summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan? JobTimeLimit { get; set; }

    /// <summary>When a job that goes on shows up again; 30 s if not given.</summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan? ContinuationDelay { get; set; }

    /// <summary>How long artifact credentials live; 15 min if not given.</summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan? CredentialLifetime { get; set; }

    /// <summary>Faults to order, such as 'seed=1;throttle=0.1;drop-after=0.05@PutThirdPartyJobSuccessResult'.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(FaultCompleter))]
    public string? Fault { get; set; }

    private protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        string what = Name is null ? "a new emulator" : $"emulator '{Name}'";
        if (!await AskAsync(host => host.ShouldProcess(what, "Start"), cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        if (Name is not null && EmulatorRegistry.Find(Name) is not null)
        {
            throw new RecordException(ErrorCatalog.EmulatorExists(Name));
        }

        var defaults = new EmulatorOptions();
        ThirdPartyEmulator emulator = ThirdPartyEmulator.Start(new EmulatorOptions
        {
            Name = Name,
            Port = Port,
            Region = Region,
            ArtifactRegion = ArtifactRegion,
            AccessKeyId = AccessKey,
            SecretAccessKey = SecretKey,
            ActionTypes = ActionTypes(),
            LeaseTime = LeaseTime ?? defaults.LeaseTime,
            JobTimeLimit = JobTimeLimit ?? defaults.JobTimeLimit,
            ContinuationDelay = ContinuationDelay ?? defaults.ContinuationDelay,
            CredentialLifetime = CredentialLifetime ?? defaults.CredentialLifetime,
            Faults = Fault is null ? null : FaultPlan.Parse(Fault),
        });
        EmulatorRegistry.Add(emulator);
        Say($"Emulator '{emulator.Name}' listens on {emulator.Endpoint}.");
        Write(emulator);
    }

    private List<ActionTypeId> ActionTypes() => (ActionType ?? Array.Empty<object>())
        .Select(each => (ActionTypeId)new ActionTypeTransformationAttribute().Read(each)!).ToList();
}
