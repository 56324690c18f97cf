using System;
using System.Text.Json;
using CodePipeline.ThirdParty.Emulation.Jobs;

namespace CodePipeline.ThirdParty.Emulation.Wire;

/// <summary>Parses the input of an operation, runs the operation and writes the response body.</summary>
internal sealed class OperationDispatcher
{
    private readonly JobTable _jobs;
    private readonly EmulatorOptions _options;
    private readonly byte[] _credentialKey;

    internal OperationDispatcher(JobTable jobs, EmulatorOptions options, byte[] credentialKey)
    {
        _jobs = jobs;
        _options = options;
        _credentialKey = credentialKey;
    }

    /// <summary>Runs an operation and returns the response body, which is empty for the result operations.</summary>
    /// <exception cref="ServiceException">The input is invalid, or the operation fails.</exception>
    internal byte[] Dispatch(string operation, byte[] body)
    {
        using JsonDocument document = Parse(body);
        InputReader input = new(document.RootElement);
        return operation switch
        {
            Operations.Poll => Poll(input),
            Operations.Details => Details(input),
            Operations.Acknowledge => Acknowledge(input),
            Operations.Success => Success(input),
            Operations.Failure => Failure(input),
            _ => throw new ArgumentOutOfRangeException(nameof(operation)),
        };
    }

    private static JsonDocument Parse(byte[] body)
    {
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            throw ServiceException.Serialization("The body is not JSON.");
        }
    }

    private byte[] Poll(InputReader input)
    {
        string? category = null;
        string? owner = null;
        string? provider = null;
        string? version = null;
        if (input.Structure("actionTypeId", required: true) is InputReader type)
        {
            category = type.Choice("category", ServiceLimits.Categories, required: true);
            owner = type.Choice("owner", ServiceLimits.Owners, required: true);
            provider = type.Text("provider", ServiceLimits.Provider, required: true);
            version = type.Text("version", ServiceLimits.Version, required: true);
        }

        int? count = input.Integer("maxBatchSize", ServiceLimits.MinimumBatchSize, int.MaxValue);
        input.ThrowIfInvalid();
        return ResponseWriter.Jobs(_jobs.Poll(
            new ActionTypeId(category!, owner!, provider!, version!), count ?? _options.MaxBatchSize));
    }

    private byte[] Details(InputReader input)
    {
        string? jobId = input.Text("jobId", ServiceLimits.JobId, required: true);
        string? clientToken = input.Text("clientToken", ServiceLimits.ClientToken, required: true);
        input.ThrowIfInvalid();
        EmulatedJob job = _jobs.Details(jobId!, clientToken!);
        DateTimeOffset expiresAt = _options.Clock.GetUtcNow() + _options.CredentialLifetime;
        return ResponseWriter.Details(job, EmulatedCredentials.Create(_credentialKey, job.JobId, expiresAt));
    }

    private byte[] Acknowledge(InputReader input)
    {
        string? jobId = input.Text("jobId", ServiceLimits.JobId, required: true);
        string? nonce = input.Text("nonce", ServiceLimits.Nonce, required: true);
        string? clientToken = input.Text("clientToken", ServiceLimits.ClientToken, required: true);
        input.ThrowIfInvalid();
        return ResponseWriter.Status(_jobs.Acknowledge(jobId!, nonce!, clientToken!));
    }

    private byte[] Success(InputReader input)
    {
        string? jobId = input.Text("jobId", ServiceLimits.JobId, required: true);
        string? clientToken = input.Text("clientToken", ServiceLimits.ClientToken, required: true);
        InputReader? revision = input.Structure("currentRevision", required: false);
        string? revisionId = revision?.Text("revision", ServiceLimits.Revision, required: true);
        string? changeIdentifier = revision?.Text("changeIdentifier", ServiceLimits.ChangeIdentifier, required: true);
        DateTimeOffset? created = revision?.Timestamp("created");
        string? revisionSummary = revision?.Text("revisionSummary", ServiceLimits.RevisionSummary, required: false);
        string? continuationToken = input.Text("continuationToken", ServiceLimits.ContinuationToken, required: false);
        InputReader? execution = input.Structure("executionDetails", required: false);
        JobResult result = new()
        {
            Revision = revisionId,
            RevisionChangeIdentifier = changeIdentifier,
            RevisionCreated = created,
            RevisionSummary = revisionSummary,
            ContinuationToken = continuationToken,
            Summary = execution?.Text("summary", ServiceLimits.Summary, required: false),
            ExternalExecutionId = execution?.Text(
                "externalExecutionId", ServiceLimits.ExternalExecutionId, required: false),
            PercentComplete = execution?.Integer(
                "percentComplete", ServiceLimits.MinimumPercentComplete, ServiceLimits.MaximumPercentComplete),
        };
        input.ThrowIfInvalid();
        _jobs.Finish(jobId!, clientToken!, result);
        return Array.Empty<byte>();
    }

    private byte[] Failure(InputReader input)
    {
        string? jobId = input.Text("jobId", ServiceLimits.JobId, required: true);
        string? clientToken = input.Text("clientToken", ServiceLimits.ClientToken, required: true);
        InputReader? failure = input.Structure("failureDetails", required: true);
        JobResult result = new()
        {
            FailureType = failure?.Choice("type", ServiceLimits.FailureTypes, required: true),
            FailureMessage = failure?.Text("message", ServiceLimits.FailureMessage, required: true),
            ExternalExecutionId = failure?.Text(
                "externalExecutionId", ServiceLimits.ExternalExecutionId, required: false),
        };
        input.ThrowIfInvalid();
        _jobs.Finish(jobId!, clientToken!, result);
        return Array.Empty<byte>();
    }
}
