using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Emulator;

/// <summary>Defines the options of the command line and runs the emulator.</summary>
internal sealed class EmulatorCommand
{
    private static readonly EmulatorOptions s_defaults = new();

    private readonly Option<int> _port = new("--port")
    {
        Description = "TCP port on loopback; 0 chooses a free port.",
        DefaultValueFactory = _ => 0,
    };

    private readonly Option<string> _region = new("--region")
    {
        Description = "AWS region that requests must be signed for.",
        DefaultValueFactory = _ => s_defaults.Region,
    };

    private readonly Option<string?> _artifactRegion = new("--artifact-region")
    {
        Description = "AWS region of the artifact bucket; the default is the region of --region.",
    };

    private readonly Option<string?> _name = new("--name")
    {
        Description = "Name of the emulator; the default is emulator-<port>.",
    };

    private readonly Option<string?> _accessKeyId = new("--access-key-id")
    {
        Description = "Access key id that requests must be signed with; the default is a generated one.",
    };

    private readonly Option<Secret?> _secretAccessKey = new("--secret-access-key")
    {
        Description = "Secret access key for --access-key-id; the default is a generated one.",
        CustomParser = ArgumentReader.Secret,
    };

    private readonly Option<ActionTypeId[]> _job = new("--job")
    {
        Description = "Add a job of this action type, for example Test/Contoso/1. Can be repeated.",
        CustomParser = ArgumentReader.ActionTypes,
    };

    private readonly Option<int> _jobs = new("--jobs")
    {
        Description = "Number of jobs to add for each --job.",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<ActionTypeId[]> _actionType = new("--action-type")
    {
        Description = "Accept polls for this action type without adding a job. Can be repeated.",
        CustomParser = ArgumentReader.ActionTypes,
    };

    private readonly Option<string?> _clientId = new("--client-id")
    {
        Description = "Client id of the jobs; the default is a new GUID.",
    };

    private readonly Option<Secret?> _clientToken = new("--client-token")
    {
        Description = "Client token of the jobs; the default is a generated one.",
        CustomParser = ArgumentReader.Secret,
    };

    private readonly Option<Dictionary<string, string>> _configuration = new("--configuration")
    {
        Description = "Setting of the jobs' action configuration, as KEY=VALUE. Can be repeated.",
        CustomParser = ArgumentReader.Configuration,
    };

    private readonly Option<string[]> _inputArtifact = new("--input-artifact")
    {
        Description = "Name of an input artifact of the jobs, without contents. Can be repeated.",
    };

    private readonly Option<Dictionary<string, EmulatedContent>> _input = new("--input")
    {
        Description = "Input artifact of the jobs with the contents of a file, as NAME=FILE. Can be repeated.",
        CustomParser = ArgumentReader.Inputs,
    };

    private readonly Option<string[]> _outputArtifact = new("--output-artifact")
    {
        Description = "Name of an output artifact of the jobs. Can be repeated.",
    };

    private readonly Option<TimeSpan> _leaseTime = Time(
        "--lease-time",
        "Seconds until polls return a dispatched, unacknowledged job again.",
        s_defaults.LeaseTime);

    private readonly Option<TimeSpan> _jobTimeLimit = Time(
        "--job-time-limit", "Seconds that a job may run after its acknowledgement.", s_defaults.JobTimeLimit);

    private readonly Option<TimeSpan> _continuationDelay = Time(
        "--continuation-delay",
        "Seconds from a success result with a continuation token until polls return the next job.",
        s_defaults.ContinuationDelay);

    private readonly Option<TimeSpan> _credentialLifetime = Time(
        "--credential-lifetime", "Seconds that artifact credentials are valid.", s_defaults.CredentialLifetime);

    private readonly Option<int> _maxBatchSize = new("--max-batch-size")
    {
        Description = "The most jobs that a poll without maxBatchSize returns.",
        DefaultValueFactory = _ => s_defaults.MaxBatchSize,
    };

    private readonly Option<FaultPlan?> _faults = new("--faults")
    {
        Description = "Faults to inject, for example "
            + "\"seed=1;throttle=0.1;drop-after=1@PutThirdPartyJobSuccessResult,limit=2\" or "
            + "\"cut-off=0.2@GetObject\".",
        CustomParser = ArgumentReader.Faults,
    };

    private readonly Option<string?> _readyFile = new("--ready-file")
    {
        Description = "File to write the JSON of --json to when the emulator is ready for requests.",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print only one line of JSON." };

    private readonly Option<bool> _log = new("--log")
    {
        Description = "Write a line for each request to standard error.",
    };

    private readonly Option<bool> _untilStdinCloses = new("--until-stdin-closes")
    {
        Description = "Also stop when standard input closes, not only on Ctrl+C and SIGTERM.",
    };

    private readonly RootCommand _root;

    internal EmulatorCommand()
    {
        _root = new RootCommand(
            "Emulates the five third-party job operations of AWS CodePipeline, and S3 for job artifacts, on loopback. "
                + "Press Ctrl+C to stop.")
        {
            _port, _region, _artifactRegion, _name, _accessKeyId, _secretAccessKey, _job, _jobs, _actionType, _clientId,
            _clientToken, _configuration, _inputArtifact, _input, _outputArtifact, _leaseTime, _jobTimeLimit,
            _continuationDelay, _credentialLifetime, _maxBatchSize, _faults, _readyFile, _json, _log,
            _untilStdinCloses,
        };
        _root.SetAction(RunAsync);
    }

    internal ParseResult Parse(string[] arguments) => _root.Parse(arguments);

    private static Option<TimeSpan> Time(string name, string description, TimeSpan defaultTime) => new(name)
    {
        Description = description,
        CustomParser = ArgumentReader.Time,
        DefaultValueFactory = _ => defaultTime,
    };

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        using TerminationSignal signal = new();
        using ThirdPartyEmulator emulator = ThirdPartyEmulator.Start(Options(parsed));
        AddJobs(emulator, parsed);
        string? readyFile = parsed.GetValue(_readyFile);
        await StartupMessage.WriteAsync(emulator, parsed.GetValue(_json), readyFile).ConfigureAwait(false);
        await signal.WaitAsync(parsed.GetValue(_untilStdinCloses), stop).ConfigureAwait(false);
        return 0;
    }

    private EmulatorOptions Options(ParseResult parsed) => new()
    {
        Name = parsed.GetValue(_name),
        Port = parsed.GetValue(_port),
        Region = parsed.GetValue(_region)!,
        ArtifactRegion = parsed.GetValue(_artifactRegion),
        AccessKeyId = parsed.GetValue(_accessKeyId),
        SecretAccessKey = parsed.GetValue(_secretAccessKey),
        RequestListener = parsed.GetValue(_log) ? RequestLogLine.Write : null,
        LeaseTime = parsed.GetValue(_leaseTime),
        JobTimeLimit = parsed.GetValue(_jobTimeLimit),
        ContinuationDelay = parsed.GetValue(_continuationDelay),
        CredentialLifetime = parsed.GetValue(_credentialLifetime),
        MaxBatchSize = parsed.GetValue(_maxBatchSize),
        ActionTypes = parsed.GetValue(_actionType) ?? [],
        Faults = parsed.GetValue(_faults),
    };

    private void AddJobs(ThirdPartyEmulator emulator, ParseResult parsed)
    {
        if (parsed.GetValue(_jobs) < 1)
        {
            throw new InvalidInputException("--jobs", "The number of jobs is less than 1.", "Use 1 or more.");
        }

        string? clientId = parsed.GetValue(_clientId);
        foreach (ActionTypeId actionType in parsed.GetValue(_job) ?? [])
        {
            for (int i = 0; i < parsed.GetValue(_jobs); i++)
            {
                EmulatedJob job = emulator.AddJob(new EmulatedJobRequest(actionType)
                {
                    ClientId = clientId,
                    ClientToken = parsed.GetValue(_clientToken),
                    Configuration = parsed.GetValue(_configuration) ?? [],
                    InputArtifacts = parsed.GetValue(_inputArtifact) ?? [],
                    InputContents = parsed.GetValue(_input) ?? [],
                    OutputArtifacts = parsed.GetValue(_outputArtifact) ?? [],
                });

                // All jobs share one client, as one customer has many jobs.
                clientId = job.ClientId;
            }
        }
    }
}
