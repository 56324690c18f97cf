using System;
using System.Collections.Generic;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>What an emulator is started with. Every property has a default.</summary>
public sealed class EmulatorOptions
{
    /// <summary>A name to tell emulators apart; <see langword="null"/> for <c>emulator-</c> and the port.</summary>
    public string? Name { get; init; }

    /// <summary>The TCP port on loopback, 0 to 65535; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>The AWS region that requests must be signed for.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>
    /// The AWS region of the artifact bucket; <see langword="null"/> for <see cref="Region"/>. Requests for the bucket
    /// that are signed for another region are answered as S3 does, with the right one named.
    /// </summary>
    public string? ArtifactRegion { get; init; }

    /// <summary>The access key id that requests must be signed with; <see langword="null"/> to make one up.</summary>
    public string? AccessKeyId { get; init; }

    /// <summary>The secret access key of <see cref="AccessKeyId"/>; <see langword="null"/> to make one up.</summary>
    public Secret? SecretAccessKey { get; init; }

    /// <summary>
    /// How long a job that was handed out may stay unacknowledged before it is handed out again: more than zero, at
    /// most 366 days; 1 minute unless set.
    /// </summary>
    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long a job may take from its acknowledgement, where the job itself has no limit: more than zero, at most 366
    /// days; 1 hour unless set.
    /// </summary>
    public TimeSpan JobTimeLimit { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long after a success with a continuation token the next job shows up: 0 to 366 days; 30 seconds unless set.
    /// </summary>
    public TimeSpan ContinuationDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long artifact credentials are good for, from the call for job details that gave them: more than zero, at
    /// most 366 days; 15 minutes unless set.
    /// </summary>
    public TimeSpan CredentialLifetime { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// How far the time of a signature may be from the emulator's clock, to either side: more than zero, at most 366
    /// days; 5 minutes unless set.
    /// </summary>
    public TimeSpan AllowedClockSkew { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Action types that can be polled though no job was added for them. Those of added jobs always can.
    /// </summary>
    public IReadOnlyList<ActionTypeId> ActionTypes { get; init; } = Array.Empty<ActionTypeId>();

    /// <summary>
    /// How many jobs a poll hands out at most when it does not say (<c>maxBatchSize</c>), 1 or more; 10 unless set.
    /// </summary>
    public int MaxBatchSize { get; init; } = 10;

    /// <summary>The clock and the only source of waiting. Tests give one that they can set.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Faults to answer with; <see langword="null"/> for none.</summary>
    public FaultPlan? Faults { get; init; }

    /// <summary>
    /// Whether requests are kept for <see cref="ThirdPartyEmulator.GetRequests"/>: the last
    /// <see cref="RecordedRequestLimit"/> of them.
    /// </summary>
    public bool RecordRequests { get; init; } = true;

    /// <summary>Gets each request when it is answered, on the thread that answers it.</summary>
    internal Action<RecordedRequest>? RequestListener { get; init; }

    /// <summary>The greatest number of requests that are kept.</summary>
    public const int RecordedRequestLimit = 1000;

    internal void Check()
    {
        if (Port is < 0 or > 65535)
        {
            throw Invalid(nameof(Port), "The port is not between 0 and 65535.", "Use 0 for a free port.");
        }

        if (!InputValidation.IsName(Region, "-"))
        {
            throw Invalid(nameof(Region), "The region is not a region name.", "Use a name such as us-east-1.");
        }

        if (ArtifactRegion is not null && !InputValidation.IsName(ArtifactRegion, "-"))
        {
            throw Invalid(
                nameof(ArtifactRegion),
                "The artifact region is not a region name.",
                "Use a name such as eu-west-1, or leave it out for that of the emulator.");
        }

        if (AccessKeyId is not null && !InputValidation.IsName(AccessKeyId, "_"))
        {
            throw Invalid(
                nameof(AccessKeyId),
                "The access key id is not letters, digits and '_'.",
                "Leave it out to have one made up.");
        }

        CheckPositive(LeaseTime, nameof(LeaseTime));
        CheckPositive(JobTimeLimit, nameof(JobTimeLimit));
        CheckPositive(CredentialLifetime, nameof(CredentialLifetime));
        CheckPositive(AllowedClockSkew, nameof(AllowedClockSkew));
        if (ContinuationDelay < TimeSpan.Zero || ContinuationDelay > InputValidation.LongestTime)
        {
            throw Invalid(
                nameof(ContinuationDelay), "The delay is negative or longer than a year.", "Use zero or more.");
        }

        if (MaxBatchSize < ServiceLimits.MinimumBatchSize)
        {
            throw Invalid(nameof(MaxBatchSize), "The batch size is less than 1.", "Use 1 or more.");
        }

        if (Clock is null || ActionTypes is null)
        {
            string name = Clock is null ? nameof(Clock) : nameof(ActionTypes);
            throw Invalid(name, $"{name} is null.", "Leave it out.");
        }

        foreach (ActionTypeId actionType in ActionTypes)
        {
            InputValidation.ActionType(actionType, nameof(ActionTypes));
        }
    }

    private static void CheckPositive(TimeSpan time, string name)
    {
        if (time <= TimeSpan.Zero || time > InputValidation.LongestTime)
        {
            throw Invalid(name, $"{name} is not more than zero and at most a year.", "Use a time such as 00:01:00.");
        }
    }

    private static InvalidInputException Invalid(string name, string message, string recommendedAction) => new(name, message, recommendedAction);
}
