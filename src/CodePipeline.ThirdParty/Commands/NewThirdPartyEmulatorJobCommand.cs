using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>Adds jobs to an emulator, like a pipeline that reaches its third-party action.</summary>
[Cmdlet(VerbsCommon.New, "CPThirdPartyEmulatorJob", SupportsShouldProcess = true)]
[OutputType(typeof(EmulatedJob))]
public sealed class NewThirdPartyEmulatorJobCommand : EmulatorCommand
{
    /// <summary>The action type of the jobs.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("ActionTypeId")]
    [ActionTypeTransformation]
    [ArgumentCompleter(typeof(ActionTypeCompleter))]
    public ActionTypeId ActionType { get; set; } = null!;

    /// <summary>The number of jobs, 1 to 100,000.</summary>
    [Parameter]
    [ValidateRange(1, 100_000)]
    [NoCompletion]
    public int Count { get; set; } = 1;

    /// <summary>The client id. The default is a new client.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClientIdCompleter))]
    public string? ClientId { get; set; }

    /// <summary>The client token. The default is the client's existing token, or a new one.</summary>
    [Parameter]
    [SecretTransformation]
    [NoCompletion]
    public Secret? ClientToken { get; set; }

    /// <summary>The configuration of the action.</summary>
    [Parameter]
    [NoCompletion]
    public IDictionary? Configuration { get; set; }

    /// <summary>The name of the pipeline.</summary>
    [Parameter]
    [NoCompletion]
    public string? PipelineName { get; set; }

    /// <summary>The name of the stage.</summary>
    [Parameter]
    [NoCompletion]
    public string? StageName { get; set; }

    /// <summary>The name of the action.</summary>
    [Parameter]
    [NoCompletion]
    public string? ActionName { get; set; }

    /// <summary>
    /// The input artifacts: names, or a hashtable of names to files. The emulator stores the file contents in its S3
    /// bucket.
    /// </summary>
    [Parameter]
    [NoCompletion]
    public object[]? InputArtifact { get; set; }

    /// <summary>The names of the output artifacts.</summary>
    [Parameter]
    [NoCompletion]
    public string[]? OutputArtifact { get; set; }

    /// <summary>The id of the KMS key that encrypts output artifacts.</summary>
    [Parameter]
    [NoCompletion]
    public string? EncryptionKeyId { get; set; }

    /// <summary>The continuation token of the action's previous job.</summary>
    [Parameter]
    [NoCompletion]
    public string? ContinuationToken { get; set; }

    /// <summary>The time limit of a claimed job. The default is the emulator's limit.</summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan? TimeLimit { get; set; }

    /// <summary>The delay until the first poll returns the jobs. The default is no delay.</summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan? Delay { get; set; }

    private protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        ThirdPartyEmulator emulator = ResolveEmulator();
        string action = $"Add {Count} {(Count == 1 ? "job" : "jobs")} of {ActionType}";
        if (!await AskAsync(host => host.ShouldProcess($"emulator '{emulator.Name}'", action), cancellationToken)
            .ConfigureAwait(false))
        {
            return;
        }

        EmulatedJobRequest request = await RequestAsync(cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // Copying large files takes time. Off the pipeline thread, Ctrl+C still works.
            Write(request.InputContents.Count == 0
                ? emulator.AddJob(request, cancellationToken)
                : await Task.Run(() => emulator.AddJob(request, cancellationToken), cancellationToken)
                    .ConfigureAwait(false));
        }
    }

    private async Task<EmulatedJobRequest> RequestAsync(CancellationToken cancellationToken)
    {
        var inputs = new List<string>();
        var contents = new Dictionary<string, EmulatedContent>(StringComparer.Ordinal);
        foreach (object? each in InputArtifact ?? Array.Empty<object>())
        {
            await ReadInputAsync(Unwrap(each), inputs, contents, cancellationToken).ConfigureAwait(false);
        }

        var defaults = new EmulatedJobRequest(ActionType);
        return new EmulatedJobRequest(ActionType)
        {
            ClientId = ClientId,
            ClientToken = ClientToken,
            Configuration = Values(),
            PipelineName = PipelineName ?? defaults.PipelineName,
            StageName = StageName ?? defaults.StageName,
            ActionName = ActionName ?? defaults.ActionName,
            InputArtifacts = inputs,
            InputContents = contents,
            OutputArtifacts = OutputArtifact ?? Array.Empty<string>(),
            EncryptionKeyId = EncryptionKeyId,
            ContinuationToken = ContinuationToken,
            TimeLimit = TimeLimit,
            Delay = Delay,
        };
    }

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    private async Task ReadInputAsync(
        object? input,
        List<string> names,
        Dictionary<string, EmulatedContent> contents,
        CancellationToken cancellationToken)
    {
        if (input is not IDictionary files)
        {
            names.Add(input?.ToString() ?? string.Empty);
            return;
        }

        foreach (DictionaryEntry entry in files)
        {
            string name = entry.Key.ToString()!;
            names.Add(name);
            switch (Unwrap(entry.Value))
            {
                case null:
                    break;
                case byte[] bytes:
                    contents[name] = EmulatedContent.FromBytes(bytes);
                    break;
                case FileSystemInfo file:
                    contents[name] = EmulatedContent.FromFile(file.FullName);
                    break;
                case object path:
                    contents[name] = EmulatedContent.FromFile(await AskAsync(
                        host => host.ResolvePath(path.ToString()!), cancellationToken).ConfigureAwait(false));
                    break;
            }
        }
    }

    private Dictionary<string, string> Values()
    {
        var values = new Dictionary<string, string>();
        foreach (DictionaryEntry entry in Configuration ?? new Hashtable())
        {
            object? value = Unwrap(entry.Value);
            values[entry.Key.ToString()!] = (value as Secret)?.Reveal() ?? value?.ToString() ?? string.Empty;
        }

        return values;
    }
}
