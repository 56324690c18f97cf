using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Files;
using CodePipeline.ThirdParty.Handlers;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.Reporting;
using CodePipeline.ThirdParty.Runners;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.Tokens;
using CodePipeline.ThirdParty.Worker;
using CodePipeline.ThirdParty.Worker.Journal;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>
/// Polls for jobs, claims them, runs a script for each one and reports its result. Every claimed job gets a result.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "CPThirdPartyWorker", DefaultParameterSetName = TypeAndBlock,
    SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(JobReport))]
public sealed class InvokeThirdPartyWorkerCommand : ConnectedCommand
{
    private const string TypeAndBlock = "ActionType";
    private const string TypeAndFile = "ActionTypeFile";
    private const string MembersAndBlock = "Members";
    private const string MembersAndFile = "MembersFile";
    private const string FailAction = "Fail";
    private const string RerunAction = "Rerun";
    private const string StopAction = "Stop";
    private const string ContinueAction = "Continue";
    private const string WarnAction = "Warn";
    private const string IgnoreAction = "Ignore";

    /// <summary>
    /// The action types, each as 'Test/Contoso/1', AWS CLI shorthand, JSON, a hashtable or an object.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = TypeAndBlock)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = TypeAndFile)]
    [Alias("ActionTypeId")]
    [ActionTypesTransformation]
    [ArgumentCompleter(typeof(ActionTypeCompleter))]
    [ValidateNotNullOrEmpty]
    public ActionTypeId[]? ActionType { get; set; }

    /// <summary>The category of the action type.</summary>
    [Parameter(Mandatory = true, ParameterSetName = MembersAndBlock)]
    [Parameter(Mandatory = true, ParameterSetName = MembersAndFile)]
    [ArgumentCompleter(typeof(CategoryCompleter))]
    public string? Category { get; set; }

    /// <summary>The provider of the action type.</summary>
    [Parameter(Mandatory = true, ParameterSetName = MembersAndBlock)]
    [Parameter(Mandatory = true, ParameterSetName = MembersAndFile)]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string? Provider { get; set; }

    /// <summary>The version of the action type.</summary>
    [Parameter(Mandatory = true, ParameterSetName = MembersAndBlock)]
    [Parameter(Mandatory = true, ParameterSetName = MembersAndFile)]
    [ArgumentCompleter(typeof(VersionCompleter))]
    public string? Version { get; set; }

    /// <summary>The owner of the action type.</summary>
    [Parameter(ParameterSetName = MembersAndBlock)]
    [Parameter(ParameterSetName = MembersAndFile)]
    [ArgumentCompleter(typeof(OwnerCompleter))]
    public string Owner { get; set; } = ActionTypeId.ThirdPartyOwner;

    /// <summary>
    /// The script block to run for each job, with the job as <c>$_</c> and <c>$Job</c>. The job succeeds when the
    /// script block completes and fails on an error. An outcome of New-CPThirdPartyJobOutcome in the output gives a
    /// detailed result. Other output is displayed after the job id.
    /// </summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = TypeAndBlock)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = MembersAndBlock)]
    [ValidateNotNull]
    [NoCompletion]
    public ScriptBlock? ScriptBlock { get; set; }

    /// <summary>The script file to run for each job, with the job as its first argument and as <c>$_</c>.</summary>
    [Parameter(Mandatory = true, ParameterSetName = TypeAndFile)]
    [Parameter(Mandatory = true, ParameterSetName = MembersAndFile)]
    [ValidateNotNullOrEmpty]
    public string? FilePath { get; set; }

    /// <summary>
    /// Stop: any error ends the handler and fails its job, as does a last program with a nonzero exit code. Continue:
    /// only errors that end the handler fail its job.
    /// </summary>
    [Parameter]
    [ValidateSet(StopAction, ContinueAction)]
    public string HandlerErrorAction { get; set; } = StopAction;

    /// <summary>The client tokens: one token, a hashtable of client id to token, or a script block.</summary>
    [Parameter]
    [ClientTokenTransformation]
    [NoCompletion]
    public object? ClientToken { get; set; }

    /// <summary>
    /// The maximum number of handlers at once. With 1, handlers run in the caller's scope. Above 1, each handler runs
    /// in a separate runspace with the module loaded and <c>$using:</c> for the caller's variables.
    /// </summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [NoCompletion]
    public int ThrottleLimit { get; set; } = 1;

    /// <summary>
    /// The interval between polls that return fewer jobs than requested, in seconds or as a TimeSpan. The default is 1
    /// s.
    /// </summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Stops the worker after this number of jobs.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [NoCompletion]
    public int? MaxJobs { get; set; }

    /// <summary>Stops the worker after this time without a job, in seconds or as a TimeSpan.</summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan? IdleTimeout { get; set; }

    /// <summary>Stops claiming jobs after this time, in seconds or as a TimeSpan.</summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan? Timeout { get; set; }

    /// <summary>
    /// The time limit for one job's inputs and handler, in seconds or as a TimeSpan. When it passes, the worker stops
    /// the handler and fails the job.
    /// </summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan? JobTimeout { get; set; }

    /// <summary>
    /// The time that running handlers get when the worker stops, in seconds or as a TimeSpan. The default is 30 s.
    /// Afterwards the worker stops them and fails their jobs as SystemUnavailable.
    /// </summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A journal file of claimed jobs. The next worker with the same journal reports the jobs that this one could not.
    /// A journal belongs to one worker.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? JournalPath { get; set; }

    /// <summary>
    /// The treatment of journaled jobs without a result: Fail reports them as SystemUnavailable, Rerun runs them again.
    /// </summary>
    [Parameter]
    [ValidateSet(FailAction, RerunAction)]
    public string Recover { get; set; } = FailAction;

    /// <summary>The folder for the jobs' working folders. The default is the system's temporary folder.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? WorkDirectory { get; set; }

    /// <summary>
    /// The reaction to a missing output artifact: Fail fails the job, Warn writes a warning, Ignore does nothing.
    /// </summary>
    [Parameter]
    [ValidateSet(FailAction, WarnAction, IgnoreAction)]
    public string MissingArtifact { get; set; } = FailAction;

    /// <summary>Downloads and uploads no artifacts.</summary>
    [Parameter]
    public SwitchParameter NoArtifact { get; set; }

    /// <summary>
    /// The maximum expanded size of an input artifact in bytes. The default is 64 GiB. Each entry counts as at least
    /// 4,096.
    /// </summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    [NoCompletion]
    public long MaximumExpandedBytes { get; set; } = ExtractionLimits.Default.MaxBytes;

    /// <summary>
    /// The maximum number of files, links and folders in an expanded input artifact. The default is 1,000,000.
    /// </summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [NoCompletion]
    public int MaximumExpandedEntries { get; set; } = ExtractionLimits.Default.MaxEntries;

    /// <summary>The maximum ratio of expanded size to archive size. The default is 250. Applies above 1 GiB.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [NoCompletion]
    public int MaximumExpandedRatio { get; set; } = ExtractionLimits.Default.MaxRatio;

    /// <summary>
    /// The treatment of symbolic links in an output folder: Keep packs them as links and rejects links that lead
    /// outside the folder, Follow packs their targets, Skip leaves them out.
    /// </summary>
    [Parameter]
    [ValidateSet(nameof(LinkTreatment.Keep), nameof(LinkTreatment.Follow), nameof(LinkTreatment.Skip))]
    public string Link { get; set; } = nameof(LinkTreatment.Keep);

    /// <summary>
    /// Additional configuration keys with secret values. The worker masks these values in all output.
    /// </summary>
    [Parameter]
    [NoCompletion]
    public string[] SecretConfigurationKey { get; set; } = Array.Empty<string>();

    /// <summary>
    /// Environment variables with secrets that handlers may read, with wildcards. By default, the worker hides client
    /// tokens, the runner's secrets and its own AWS keys from handlers and their programs.
    /// </summary>
    [Parameter]
    [NoCompletion]
    public string[] KeepEnvironment { get; set; } = Array.Empty<string>();

    /// <summary>
    /// Also emits a result with the outcome Skipped for each job that the worker could not claim, when the worker ends.
    /// </summary>
    [Parameter]
    public SwitchParameter IncludeSkipped { get; set; }

    /// <summary>The log file to append to, one JSON object per line.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LogPath { get; set; }

    /// <summary>The clock of the worker.</summary>
    internal TimeProvider Clock { get; set; } = TimeProvider.System;

    private protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        CheckSecretKey();
        IReadOnlyList<ActionTypeId> types =
            ActionType ?? new[] { ActionTypeParser.FromMembers(Category, Owner, Provider, Version) };
        string names = string.Join(", ", types);
        ThirdPartySession session =
            await EffectiveSessionAsync(PipedObject.None, cancellationToken).ConfigureAwait(false);
        if (!await AskAsync(
            host => host.ShouldProcess($"jobs of {names} in {session.Region}", "Poll for, claim, run and complete"),
            cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        foreach (ActionTypeId type in types)
        {
            Shell.Sessions.Remember(type);
        }

        string? journalPath =
            await PathAsync(nameof(JournalPath), JournalPath, cancellationToken).ConfigureAwait(false);
        WorkerOptions options = await OptionsAsync(types, journalPath, cancellationToken).ConfigureAwait(false);
        HandlerScript script = await ScriptAsync(cancellationToken).ConfigureAwait(false);
        RunspaceSettings? pool = ThrottleLimit > 1
            ? await AskAsync(host => host.RunspaceSettings(script), cancellationToken).ConfigureAwait(false)
            : null;
        string? logPath = await PathAsync(nameof(LogPath), LogPath, cancellationToken).ConfigureAwait(false);
        string? filePath = await PathAsync(nameof(FilePath), FilePath, cancellationToken).ConfigureAwait(false);
        RefuseSameFile(nameof(LogPath), logPath, nameof(JournalPath), journalPath);
        RefuseSameFile(nameof(LogPath), logPath, nameof(FilePath), filePath);
        using WorkerLog? log = logPath is null ? null : OpenLog(logPath);
        Runner? runner = Runner.Find(Environment.GetEnvironmentVariable);
        var report = new WorkerReport(Clock)
        {
            Post = RunOnPipeline,
            IsPipelineOver = () => cancellationToken.IsCancellationRequested,
            ActionTypes = names,
            Runner = runner,
            Console = Console.Out,
            Commands = RunnerCommandWriter.Current,
            UrgentOutput = Console.Error,
            Log = log,
            IsVerbose = await AskAsync(host => host.WantsVerbose, cancellationToken).ConfigureAwait(false),
            IsParallel = ThrottleLimit > 1,
        };
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var signal = new TerminationSignal(name =>
        {
            WriteVerboseLine($"Received {name}. The worker claims no more jobs.");
            Stop(end);
        });
        // Handlers inherit the environment from here on.
        EnvironmentTokenSource.Announce();
        using WithheldVariables withheld = WithheldVariables.Hold(
            KeepEnvironment, withKeys: !session.Settings.HasCredentials && session.Settings.ProfileName is null);
        using RunspacePoolExecutor? runspaces =
            pool is null ? null : new RunspacePoolExecutor(script, pool with { Current = ForHandlers(session) });
        IScriptExecutor shell = runspaces
            ?? (IScriptExecutor)new CallerScopeExecutor(this, script, canAsk: runner is null, cancellationToken);
        var handler = new ScriptHandler(shell, IsStrict, SecretConfigurationKey, report.ReportHandlerRecord);
        try
        {
            await RunAsync(options, session, handler, report, end.Token).ConfigureAwait(false);
        }
        finally
        {
            report.Finish();
        }

        ReportSkippedJobs(report, isStopped: end.IsCancellationRequested);
    }

    /// <summary>
    /// Emits the skipped jobs. Throws if jobs were waiting but the worker could not claim any of them.
    /// </summary>
    private void ReportSkippedJobs(WorkerReport report, bool isStopped)
    {
        IReadOnlyList<JobReport> skipped = report.Skipped;
        if (IncludeSkipped)
        {
            foreach (JobReport each in skipped)
            {
                Write(each);
            }
        }

        if (skipped.Count > 0 && !report.HasClaimed && !isStopped)
        {
            throw new TerminatingException(ErrorCatalog.NoJobClaimed(skipped));
        }
    }

    private bool IsStrict => HandlerErrorAction.Equals(StopAction, StringComparison.OrdinalIgnoreCase);

    /// <summary>Ends the calling script: a worker that cannot work must not pass unnoticed.</summary>
    private protected override void Fail(CommandError error, bool terminates)
    {
        if (Runner.Find(Environment.GetEnvironmentVariable) is Runner runner)
        {
            string text = ControlCharacterFilter.Sanitize(error.Message);
            RunnerCommandWriter.Current.Write(runner.Error("Third-party worker", text));
        }

        Shell.EndScript(error);
    }

    /// <summary>Runs the engine off the pipeline thread, because handlers need that thread.</summary>
    private Task RunAsync(
        WorkerOptions options, ThirdPartySession session, IJobHandler handler, WorkerReport report,
        CancellationToken end) =>
        Task.Run(
            () => new WorkerEngine(
                options,
                new ThirdPartyJobQueue(session, (ClientToken as ClientTokenArgument)?.Source, Clock, Options),
                handler,
                NoArtifact ? null : new ProgressArtifactMover(Mover(), report, Clock),
                report,
                Clock).RunAsync(end),
            CancellationToken.None);

    private ArtifactMover Mover()
    {
        _ = Enum.TryParse(Link, ignoreCase: true, out LinkTreatment links);
        return new ArtifactMover(Clock)
        {
            Limits = new ExtractionLimits
            {
                MaxBytes = MaximumExpandedBytes, MaxEntries = MaximumExpandedEntries, MaxRatio = MaximumExpandedRatio,
            },
            Links = links,
        };
    }

    private void CheckSecretKey()
    {
        if (SecretKey is not null && AccessKey is null)
        {
            throw new InvalidInputException(
                nameof(SecretKey),
                "-SecretKey is the secret access key and needs -AccessKey.",
                "Pass both. For secret keys of the jobs' configuration, use -SecretConfigurationKey.");
        }
    }

    private async Task<WorkerOptions> OptionsAsync(
        IReadOnlyList<ActionTypeId> types, string? journalPath, CancellationToken cancellationToken) => new()
    {
        ActionTypes = types.Distinct().ToList(),
        ThrottleLimit = ThrottleLimit,
        PollInterval = PollInterval,
        MaxJobs = MaxJobs,
        IdleTimeout = IdleTimeout,
        Timeout = Timeout,
        JobTimeout = JobTimeout,
        StopTimeout = StopTimeout,
        OpenJournal = journalPath is null ? null : WorkerJournal.Opener(journalPath, Clock),
        Recovery = Recover.Equals(RerunAction, StringComparison.OrdinalIgnoreCase)
            ? RecoveryMode.Rerun
            : RecoveryMode.Fail,
        WorkDirectory = await PathAsync(nameof(WorkDirectory), WorkDirectory, cancellationToken).ConfigureAwait(false),
        SecretKeys = SecretConfigurationKey,
        MissingArtifact = Enum.TryParse(MissingArtifact, ignoreCase: true, out MissingArtifactAction missing)
            ? missing
            : MissingArtifactAction.Fail,
        MoveArtifacts = !NoArtifact,
    };

    /// <summary>Resolves a path as PowerShell does.</summary>
    private async Task<string?> PathAsync(string name, string? path, CancellationToken cancellationToken)
    {
        try
        {
            return await PathAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (RuntimeException error) when (error is not PipelineStoppedException)
        {
            throw new InvalidInputException(
                name, $"-{name} is '{path}': {error.Message}", "Use the path of a file or folder on a disk.");
        }
    }

    /// <summary>Lines of the log in a journal or a script make it unusable for the next worker.</summary>
    private static void RefuseSameFile(string name, string? path, string otherName, string? otherPath)
    {
        StringComparison comparison = Path.DirectorySeparatorChar == '\\'
            ? StringComparison.OrdinalIgnoreCase
            : StringComparison.Ordinal;
        if (path is not null && otherPath is not null
            && string.Equals(Path.GetFullPath(path), Path.GetFullPath(otherPath), comparison))
        {
            throw new InvalidInputException(
                name, $"-{name} and -{otherName} name the same file, '{path}'.", "Give each a file of its own.");
        }
    }

    private async Task<HandlerScript> ScriptAsync(CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, object> given = await AskAsync(
            host => host.GivenPreferences(), cancellationToken).ConfigureAwait(false);
        Dictionary<string, object> preferences = given.ToDictionary(each => each.Key, each => each.Value);

        // Overrides the caller's preference: only an explicit -HandlerErrorAction lets handlers continue after errors.
        preferences["ErrorActionPreference"] = IsStrict ? ActionPreference.Stop : ActionPreference.Continue;
        if (ScriptBlock is not null)
        {
            return new HandlerScript(ScriptBlock, IsFile: false, preferences);
        }

        string path = (await PathAsync(nameof(FilePath), FilePath, cancellationToken).ConfigureAwait(false))!;
        try
        {
            ScriptBlock block = await AskAsync(host => host.ScriptOf(path), cancellationToken).ConfigureAwait(false)
                ?? throw new TerminatingException(ErrorCatalog.HandlerFileNotFound(path));
            return new HandlerScript(block, IsFile: true, preferences);
        }
        catch (Exception error) when (error is RuntimeException or IOException or UnauthorizedAccessException
            && error is not PipelineStoppedException)
        {
            throw new TerminatingException(ErrorCatalog.HandlerFileUnusable(path, error));
        }
    }

    private WorkerLog OpenLog(string path)
    {
        try
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } folder && !Directory.Exists(folder))
            {
                PrivateFiles.CreateFolder(folder);
            }

            return new WorkerLog(
                AppendFile.Open(path),
                error => WriteWarningLine(
                    $"Cannot write to the log '{path}', so the worker continues without it: {error.Message}"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException)
        {
            throw new TerminatingException(ErrorCatalog.LogUnusable(path, error));
        }
    }

    /// <summary>
    /// The worker's session for handlers in other runspaces. This cmdlet still looks up their client tokens.
    /// </summary>
    private ThirdPartySession ForHandlers(ThirdPartySession session)
    {
        IClientTokenSource? first = (ClientToken as ClientTokenArgument)?.Source;
        if ((first ?? session.Tokens) is not IClientTokenSource named)
        {
            return session;
        }

        return session.WithTokens(new DelegateTokenSource(
            (clientId, stop) => OnBehalfAsync(async () =>
                (first is null ? null : await first.FindAsync(clientId, stop).ConfigureAwait(false))
                ?? (session.Tokens is null
                    ? null
                    : await session.Tokens.FindAsync(clientId, stop).ConfigureAwait(false))),
            named.Description));
    }

    private void RunOnPipeline(Action<ICommandHost> action)
    {
        if (IsOnPipeline)
        {
            // A handler runs in the caller's scope. Write its lines immediately.
            Shell.OutsideHandler(() => action(Shell));
        }
        else
        {
            OnPipeline(() => action(Shell));
        }
    }

    private static void Stop(CancellationTokenSource end)
    {
        try
        {
            end.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The signal arrived while the worker was ending.
        }
    }
}
