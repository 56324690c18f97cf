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

/// <summary>Starts an emulator of the service in this process on the loopback interface.</summary>
[Cmdlet(VerbsLifecycle.Start, "CPThirdPartyEmulator", SupportsShouldProcess = true)]
[OutputType(typeof(ThirdPartyEmulator))]
public sealed class StartThirdPartyEmulatorCommand : AsyncCommand
{
    /// <summary>The emulator name. The default is a generated name.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [NoCompletion]
    public string? Name { get; set; }

    /// <summary>The port; 0 selects a free one.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    [NoCompletion]
    public int Port { get; set; }

    /// <summary>The region that the emulator reports.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RegionCompleter))]
    public string Region { get; set; } = "us-east-1";

    /// <summary>The region of the artifact bucket. The default is the emulator's region.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RegionCompleter))]
    public string? ArtifactRegion { get; set; }

    /// <summary>The access key id that the emulator accepts. The default is a generated one.</summary>
    [Parameter]
    [Alias("AK", "AccessKeyId")]
    [NoCompletion]
    public string? AccessKey { get; set; }

    /// <summary>The secret access key for that id. The default is a generated one.</summary>
    [Parameter]
    [Alias("SK", "SecretAccessKey")]
    [SecretTransformation]
    [NoCompletion]
    public Secret? SecretKey { get; set; }

    /// <summary>Additional action types that the emulator knows.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ActionTypeCompleter))]
    public object[]? ActionType { get; set; }

    /// <summary>The lease: the time until the emulator hands out an unclaimed job again. The default is 60 s.</summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan? LeaseTime { get; set; }

    /// <summary>The time limit of a claimed job. The default is 1 h.</summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan? JobTimeLimit { get; set; }

    /// <summary>The delay until the next job of a continued action. The default is 30 s.</summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan? ContinuationDelay { get; set; }

    /// <summary>The lifetime of artifact credentials. The default is 15 min.</summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan? CredentialLifetime { get; set; }

    /// <summary>
    /// Faults to inject, such as 'seed=1;throttle=0.1;drop-after=0.05@PutThirdPartyJobSuccessResult'.
    /// </summary>
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
        WriteVerboseLine($"Emulator '{emulator.Name}' listens on {emulator.Endpoint}.");
        Write(emulator);
    }

    private List<ActionTypeId> ActionTypes() => (ActionType ?? Array.Empty<object>())
        .Select(each => (ActionTypeId)new ActionTypeTransformationAttribute().Read(each)!).ToList();
}
