using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Linq;

namespace CodePipeline.ThirdParty.Emulation.Jobs;

/// <summary>The properties that a job shares with the jobs that continue it.</summary>
internal sealed class JobDefinition
{
    private JobDefinition(
        EmulatedJobRequest request,
        string clientId,
        TimeSpan timeLimit,
        IReadOnlyDictionary<string, string> configuration,
        IReadOnlyList<EmulatedArtifact> inputs,
        IReadOnlyList<EmulatedArtifact> outputs)
    {
        ActionType = request.ActionType;
        ClientId = clientId;
        TimeLimit = timeLimit;
        Configuration = configuration;
        PipelineName = request.PipelineName;
        StageName = request.StageName;
        ActionName = request.ActionName;
        EncryptionKeyId = request.EncryptionKeyId;
        InputArtifacts = inputs;
        OutputArtifacts = outputs;
    }

    internal ActionTypeId ActionType { get; }

    internal string ClientId { get; }

    internal TimeSpan TimeLimit { get; }

    internal IReadOnlyDictionary<string, string> Configuration { get; }

    internal string PipelineName { get; }

    internal string StageName { get; }

    internal string ActionName { get; }

    internal string ActionExecutionId { get; } = RandomIdentifiers.NewId();

    internal string? EncryptionKeyId { get; }

    internal IReadOnlyList<EmulatedArtifact> InputArtifacts { get; }

    internal IReadOnlyList<EmulatedArtifact> OutputArtifacts { get; }

    /// <summary>Validates a request against the limits of the service model, without side effects.</summary>
    /// <exception cref="InvalidInputException">A value is invalid.</exception>
    internal static void Check(EmulatedJobRequest request)
    {
        const string NameCharacters = ".@-_";
        InputValidation.ActionType(request.ActionType, nameof(request.ActionType));
        InputValidation.Name(request.PipelineName, nameof(request.PipelineName), 100, NameCharacters);
        InputValidation.Name(request.StageName, nameof(request.StageName), 100, NameCharacters);
        InputValidation.Name(request.ActionName, nameof(request.ActionName), 100, NameCharacters);
        CheckArtifacts(request.InputArtifacts, nameof(request.InputArtifacts));
        CheckContents(request.InputContents, nameof(request.InputContents));
        CheckArtifacts(request.OutputArtifacts, nameof(request.OutputArtifacts));
        CheckConfiguration(request.Configuration, nameof(request.Configuration));
        if (request.JobId is not null)
        {
            ServiceLimits.JobId.Check(request.JobId, nameof(request.JobId));
        }

        if (request.EncryptionKeyId is not null)
        {
            InputValidation.Length(request.EncryptionKeyId, nameof(request.EncryptionKeyId), 400);
        }

        if (request.ContinuationToken is not null)
        {
            ServiceLimits.ContinuationToken.Check(request.ContinuationToken, nameof(request.ContinuationToken));
        }

        if (request.TimeLimit is TimeSpan limit && (limit <= TimeSpan.Zero || limit > InputValidation.LongestTime))
        {
            throw new InvalidInputException(
                nameof(request.TimeLimit),
                "The time limit must be more than zero and at most 366 days.",
                "Use a time such as 01:00:00.");
        }

        if (request.Delay is TimeSpan delay && (delay < TimeSpan.Zero || delay > InputValidation.LongestTime))
        {
            throw new InvalidInputException(
                nameof(request.Delay), "The delay must be 0 to 366 days.", "Use a time such as 00:00:30.");
        }
    }

    internal static JobDefinition Create(
        EmulatedJobRequest request, string clientId, TimeSpan defaultLimit, string bucketName)
    {
        Dictionary<string, string> configuration = new(StringComparer.Ordinal);
        foreach (KeyValuePair<string, string> setting in request.Configuration)
        {
            configuration[setting.Key] = setting.Value;
        }

        // Like the service: the first 20 characters of the pipeline name and 10 of the artifact name.
        EmulatedArtifact Artifact(string name, string? revision) => new(
            name,
            revision,
            bucketName,
            $"{First(request.PipelineName, 20)}/{First(name, 10)}/{RandomIdentifiers.ObjectName()}");

        return new JobDefinition(
            request,
            clientId,
            request.TimeLimit ?? defaultLimit,
            new ReadOnlyDictionary<string, string>(configuration),
            Array.AsReadOnly(request.InputNames().Select(name => Artifact(name, RandomIdentifiers.NewId())).ToArray()),
            Array.AsReadOnly(request.OutputArtifacts.Select(name => Artifact(name, null)).ToArray()));
    }

    private static string First(string text, int count) => text.Length <= count ? text : text.Substring(0, count);

    private static void CheckArtifacts(IReadOnlyList<string>? names, string inputName)
    {
        if (names is null || names.Distinct(StringComparer.Ordinal).Count() != names.Count)
        {
            throw new InvalidInputException(
                inputName, $"{inputName} is null or contains a name twice.", "Give each name once.");
        }

        foreach (string name in names)
        {
            InputValidation.Name(name, inputName, 100, "-_");
        }
    }

    private static void CheckContents(IReadOnlyDictionary<string, EmulatedContent>? contents, string inputName)
    {
        if (contents is null || contents.Values.Any(content => content is null))
        {
            throw new InvalidInputException(
                inputName, $"{inputName} is null or contains null.", "Give a file or bytes for each name.");
        }

        foreach (string name in contents.Keys)
        {
            InputValidation.Name(name, inputName, 100, "-_");
        }
    }

    private static void CheckConfiguration(IReadOnlyDictionary<string, string>? configuration, string inputName)
    {
        if (configuration is null)
        {
            throw new InvalidInputException(
                inputName, $"{inputName} is null.", "Use an empty dictionary for no configuration.");
        }

        foreach (KeyValuePair<string, string> setting in configuration)
        {
            ServiceLimits.ConfigurationKey.Check(setting.Key, inputName);
            ServiceLimits.ConfigurationValue.Check(setting.Value, $"{inputName}['{setting.Key}']");
        }
    }
}
