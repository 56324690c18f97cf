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
/// Polls for jobs, claims them, runs a script for each and reports how it ended; no claimed job is left without a
/// result.
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
    private const string FailThem = "Fail";
    private const string RunThemAgain = "Rerun";
    private const string StopAtErrors = "Stop";
    private const string GoOnAfterErrors = "Continue";
    private const string WarnOfThem = "Warn";
    private const string IgnoreThem = "Ignore";

    /// <summary>
    /// The action types, each as 'Test/Contoso/1', the AWS CLI's shorthand, JSON, a hashtable or an object.
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
    /// What is run for each job, with the job as <c>$_</c> and <c>$Job</c>. Its end is success, an error failure; an
    /// outcome of New-CPThirdPartyJobOutcome in its output says more. Other output is shown, with the job's id in
    /// front.
    /// </summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = TypeAndBlock)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = MembersAndBlock)]
    [ValidateNotNull]
    [NoCompletion]
    public ScriptBlock? ScriptBlock { get; set; }

    /// <summary>A script to run for each job instead, with the job as its first argument and as <c>$_</c>.</summary>
    [Parameter(Mandatory = true, ParameterSetName = TypeAndFile)]
    [Parameter(Mandatory = true, ParameterSetName = MembersAndFile)]
    [ValidateNotNullOrEmpty]
    public string? FilePath { get; set; }

    /// <summary>
    /// Stop: an error ends the handler, and fails its job, as does a last program with an exit code other than 0.
    /// Continue: only what ends the handler fails its job.
    /// </summary>
    [Parameter]
    [ValidateSet(StopAtErrors, GoOnAfterErrors)]
    public string HandlerErrorAction { get; set; } = StopAtErrors;

    /// <summary>The tokens of the jobs' clients: one, a hashtable of client id to token, or a script block.</summary>
    [Parameter]
    [ClientTokenTransformation]
    [NoCompletion]
    public object? ClientToken { get; set; }

    /// <summary>
    /// How many handlers run at once. With 1 they run in the caller's scope; above, in runspaces of their own, with the
    /// module loaded and <c>$using:</c> for the caller's variables.
    /// </summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [NoCompletion]
    public int ThrottleLimit { get; set; } = 1;

    /// <summary>
    /// The time between two polls that bring less than was asked for, in seconds or as a TimeSpan; 1 s if not given.
    /// </summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Ends after this many jobs.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [NoCompletion]
    public int? MaxJobs { get; set; }

    /// <summary>Ends after this long without a job, in seconds or as a TimeSpan.</summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan? IdleTimeout { get; set; }

    /// <summary>Takes no more jobs after this long, in seconds or as a TimeSpan.</summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan? Timeout { get; set; }

    /// <summary>
    /// How long the inputs and the handler of one job may take, in seconds or as a TimeSpan; then what goes on is
    /// stopped, and the job failed.
    /// </summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan? JobTimeout { get; set; }

    /// <summary>
    /// How long running handlers get when the worker is stopped, in seconds or as a TimeSpan; 30 s if not given. Then
    /// they are stopped, and their jobs failed as SystemUnavailable.
    /// </summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A file that remembers claimed jobs, so that the next worker with it reports those that this one could not. One
    /// worker each.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? JournalPath { get; set; }

    /// <summary>
    /// What becomes of jobs that a worker with this journal left without a result: failed as SystemUnavailable, or run
    /// again.
    /// </summary>
    [Parameter]
    [ValidateSet(FailThem, RunThemAgain)]
    public string Recover { get; set; } = FailThem;

    /// <summary>Where each job gets a folder of its own; the system's place of temporary files if not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? WorkDirectory { get; set; }

    /// <summary>
    /// What happens where a handler did not make an output artifact of its job: the job fails, the worker warns, or
    /// nothing.
    /// </summary>
    [Parameter]
    [ValidateSet(FailThem, WarnOfThem, IgnoreThem)]
    public string MissingArtifact { get; set; } = FailThem;

    /// <summary>Moves no artifacts.</summary>
    [Parameter]
    public SwitchParameter NoArtifact { get; set; }

    /// <summary>
    /// How many bytes an input artifact may become; 64 GiB if not given. Each entry counts as 4,096 at least.
    /// </summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    [NoCompletion]
    public long MaximumExpandedBytes { get; set; } = ExtractionLimits.Default.MaxBytes;

    /// <summary>How many files, links and folders an input artifact may become; 1,000,000 if not given.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [NoCompletion]
    public int MaximumExpandedEntries { get; set; } = ExtractionLimits.Default.MaxEntries;

    /// <summary>
    /// How many times its own size an input artifact may become; 250 if not given. Matters above 1 GiB only.
    /// </summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [NoCompletion]
    public int MaximumExpandedRatio { get; set; } = ExtractionLimits.Default.MaxRatio;

    /// <summary>
    /// What becomes of symbolic links in a folder that is an output artifact: Keep packs them as links and refuses those
    /// that lead out of it, Follow packs what they lead to, Skip leaves them out.
    /// </summary>
    [Parameter]
    [ValidateSet(nameof(LinkTreatment.Keep), nameof(LinkTreatment.Follow), nameof(LinkTreatment.Skip))]
    public string Link { get; set; } = nameof(LinkTreatment.Keep);

    /// <summary>
    /// Keys of the jobs' configuration whose values are secret, beside those whose name says so: they are masked in all
    /// output.
    /// </summary>
    [Parameter]
    [NoCompletion]
    public string[] SecretConfigurationKey { get; set; } = Array.Empty<string>();

    /// <summary>
    /// Environment variables with secrets that handlers see all the same, wildcards allowed. Without it tokens, the
    /// runner's own secrets, and AWS keys that the worker uses are kept from handlers and the programs that they start.
    /// </summary>
    [Parameter]
    [NoCompletion]
    public string[] KeepEnvironment { get; set; } = Array.Empty<string>();

    /// <summary>
    /// Emits a result for each job, too, that could not be claimed, once, when the worker ends. Its outcome is Skipped.
    /// </summary>
    [Parameter]
    public SwitchParameter IncludeSkipped { get; set; }

    /// <summary>A log to append to: one JSON object a line.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LogPath { get; set; }

    /// <summary>The clock that everything goes by.</summary>
    internal TimeProvider Clock { get; set; } = TimeProvider.System;

    private protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        CheckSecretKey();
        IReadOnlyList<ActionTypeId> types =
            ActionType ?? new[] { ActionTypeParser.FromMembers(Category, Owner, Provider, Version) };
        string names = string.Join(", ", types);
        ThirdPartySession session = await EffectiveSessionAsync(PipedObject.None, cancellationToken).ConfigureAwait(false);
        if (!await AskAsync(
            host => host.ShouldProcess($"jobs of {names} in {session.Region}", "Poll for, claim, run and complete"),
            cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        foreach (ActionTypeId type in types)
        {
            Shell.Sessions.Note(type);
        }

        WorkerOptions options = await OptionsAsync(types, cancellationToken).ConfigureAwait(false);
        HandlerScript script = await ScriptAsync(cancellationToken).ConfigureAwait(false);
        RunspaceSettings? pool = ThrottleLimit > 1
            ? await AskAsync(host => host.RunspaceSettings(script), cancellationToken).ConfigureAwait(false)
            : null;
        string? logPath = await PathAsync(nameof(LogPath), LogPath, cancellationToken).ConfigureAwait(false);
        string? filePath = await PathAsync(nameof(FilePath), FilePath, cancellationToken).ConfigureAwait(false);
        RefuseSameFile(nameof(LogPath), logPath, nameof(JournalPath), options.JournalPath);
        RefuseSameFile(nameof(LogPath), logPath, nameof(FilePath), filePath);
        using WorkerLog? log = logPath is null ? null : OpenLog(logPath);
        Runner? runner = Runner.Find(Environment.GetEnvironmentVariable);
        var report = new WorkerReport(Clock)
        {
            Post = Do,
            IsPipelineOver = () => cancellationToken.IsCancellationRequested,
            ActionTypes = names,
            Runner = runner,
            Console = Console.Out,
            Commands = RunnerCommandWriter.Current,
            Alarm = Console.Error,
            Log = log,
            IsVerbose = await AskAsync(host => host.WantsVerbose, cancellationToken).ConfigureAwait(false),
            IsParallel = ThrottleLimit > 1,
        };
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var signal = new TerminationSignal(name =>
        {
            Say($"{name}: the worker takes no more jobs.");
            Stop(end);
        });
        // From here on the environment is what handlers have of it.
        EnvironmentTokenSource.Announce();
        using WithheldVariables withheld = WithheldVariables.Hold(
            KeepEnvironment, withKeys: !session.Settings.HasCredentials && session.Settings.ProfileName is null);
        using RunspacePoolExecutor? runspaces =
            pool is null ? null : new RunspacePoolExecutor(script, pool with { Current = Carried(session) });
        IScriptExecutor shell = runspaces
            ?? (IScriptExecutor)new CallerScopeExecutor(this, script, canAsk: runner is null, cancellationToken);
        var handler = new ScriptHandler(shell, IsStrict, SecretConfigurationKey, report.Relay);
        try
        {
            await RunAsync(options, session, handler, report, end.Token).ConfigureAwait(false);
        }
        finally
        {
            report.Finish();
        }

        TellSkipped(report, isStopped: end.IsCancellationRequested);
    }

    /// <summary>A worker that found jobs and could take none of them has not done its work.</summary>
    private void TellSkipped(WorkerReport report, bool isStopped)
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

    private bool IsStrict => HandlerErrorAction.Equals(StopAtErrors, StringComparison.OrdinalIgnoreCase);

    /// <summary>A worker that cannot do its work is the end of the script that runs it.</summary>
    private protected override void Fail(CommandError error, bool terminates)
    {
        if (Runner.Find(Environment.GetEnvironmentVariable) is Runner runner)
        {
            RunnerCommandWriter.Current.Write(runner.Error("Third-party worker", ControlCharacterFilter.Sanitize(error.Message)));
        }

        Shell.EndScript(error);
    }

    /// <summary>Off the pipeline thread, which handlers need.</summary>
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
                "-SecretKey is the secret access key, and wants -AccessKey.",
                "Give both; keys of the jobs' configuration are named with -SecretConfigurationKey.");
        }
    }

    private async Task<WorkerOptions> OptionsAsync(
        IReadOnlyList<ActionTypeId> types, CancellationToken cancellationToken) => new()
    {
        ActionTypes = types.Distinct().ToList(),
        ThrottleLimit = ThrottleLimit,
        PollInterval = PollInterval,
        MaxJobs = MaxJobs,
        IdleTimeout = IdleTimeout,
        Timeout = Timeout,
        JobTimeout = JobTimeout,
        StopTimeout = StopTimeout,
        OpenJournal = await PathAsync(nameof(JournalPath), JournalPath, cancellationToken).ConfigureAwait(false)
            is string journal ? WorkerJournal.Opener(journal, Clock) : null,
        Recovery = Recover.Equals(RunThemAgain, StringComparison.OrdinalIgnoreCase)
            ? RecoveryMode.Rerun
            : RecoveryMode.Fail,
        WorkDirectory = await PathAsync(nameof(WorkDirectory), WorkDirectory, cancellationToken).ConfigureAwait(false),
        SecretKeys = SecretConfigurationKey,
        MissingArtifact = Enum.TryParse(MissingArtifact, ignoreCase: true, out MissingArtifactAction missing)
            ? missing
            : MissingArtifactAction.Fail,
        MoveArtifacts = !NoArtifact,
    };

    /// <summary>A path as PowerShell means it; one that it cannot resolve is an error like any other.</summary>
    private async Task<string?> PathAsync(string name, string? path, CancellationToken cancellationToken)
    {
        try
        {
            return await PathAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (RuntimeException error) when (error is not PipelineStoppedException)
        {
            throw new InvalidInputException(
                name, $"-{name} is '{path}': {error.Message}", "Give the path of a file or folder on a disk.");
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

        // Whatever the caller's is: to go on after an error has to be asked for in so many words.
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
                error => Warn(
                    $"The log '{path}' can no longer be written, and the worker goes on without it: {error.Message}"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException)
        {
            throw new TerminatingException(ErrorCatalog.LogUnusable(path, error));
        }
    }

    /// <summary>
    /// The worker's session for handlers elsewhere; their client tokens are still looked up by this cmdlet.
    /// </summary>
    private ThirdPartySession Carried(ThirdPartySession session)
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

    private void Do(Action<ICommandHost> action)
    {
        if (IsOnPipeline)
        {
            // A handler writes in the caller's scope: its lines are wanted as it writes them.
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
            // A signal in the moment that the worker ends by itself.
        }
    }
}
