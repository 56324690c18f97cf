using System;
using System.Collections.Generic;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>Settings of an emulator. Every property has a default.</summary>
public sealed class EmulatorOptions
{
    /// <summary>
    /// A name that distinguishes this emulator from others; <see langword="null"/> for <c>emulator-&lt;port&gt;</c>.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>The TCP port on loopback, 0 to 65535; 0 chooses a free port.</summary>
    public int Port { get; init; }

    /// <summary>The AWS region that requests must be signed for.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>
    /// The AWS region of the artifact bucket; <see langword="null"/> for <see cref="Region"/>. Like S3, the emulator
    /// rejects a request that is signed for another region and names the right region in the response.
    /// </summary>
    public string? ArtifactRegion { get; init; }

    /// <summary>The access key id that requests must be signed with; <see langword="null"/> to generate one.</summary>
    public string? AccessKeyId { get; init; }

    /// <summary>The secret access key of <see cref="AccessKeyId"/>; <see langword="null"/> to generate one.</summary>
    public Secret? SecretAccessKey { get; init; }

    /// <summary>
    /// The lease of a job: how long a dispatched job may stay unacknowledged before polls return it again. More than
    /// zero, at most 366 days; the default is 1 minute.
    /// </summary>
    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long a job may run after its acknowledgement, if the job does not set its own limit. More than zero, at most
    /// 366 days; the default is 1 hour.
    /// </summary>
    public TimeSpan JobTimeLimit { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long after a success result with a continuation token the next job becomes available. 0 to 366 days; the
    /// default is 30 seconds.
    /// </summary>
    public TimeSpan ContinuationDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long artifact credentials are valid after the <c>GetThirdPartyJobDetails</c> response that contained them.
    /// More than zero, at most 366 days; the default is 15 minutes.
    /// </summary>
    public TimeSpan CredentialLifetime { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// How much the time of a signature may differ from the emulator's clock, in either direction. More than zero, at
    /// most 366 days; the default is 5 minutes.
    /// </summary>
    public TimeSpan AllowedClockSkew { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Action types that polls accept before a job is added for them. Polls always accept the action types of added
    /// jobs.
    /// </summary>
    public IReadOnlyList<ActionTypeId> ActionTypes { get; init; } = Array.Empty<ActionTypeId>();

    /// <summary>
    /// The most jobs that a poll without <c>maxBatchSize</c> returns. 1 or more; the default is 10.
    /// </summary>
    public int MaxBatchSize { get; init; } = 10;

    /// <summary>The clock for all times and delays. Tests can supply a manual one.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The faults to inject; <see langword="null"/> for none.</summary>
    public FaultPlan? Faults { get; init; }

    /// <summary>
    /// Whether the emulator records the last <see cref="RecordedRequestLimit"/> requests for
    /// <see cref="ThirdPartyEmulator.GetRequests"/>.
    /// </summary>
    public bool RecordRequests { get; init; } = true;

    /// <summary>Called with each request on the thread that handles it.</summary>
    internal Action<RecordedRequest>? RequestListener { get; init; }

    /// <summary>The number of requests that the emulator records.</summary>
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
                "Use a name such as eu-west-1, or leave it out to use the emulator's region.");
        }

        if (AccessKeyId is not null && !InputValidation.IsName(AccessKeyId, "_"))
        {
            throw Invalid(
                nameof(AccessKeyId),
                "The access key id may contain only letters, digits and '_'.",
                "Leave it out to generate one.");
        }

        CheckPositive(LeaseTime, nameof(LeaseTime));
        CheckPositive(JobTimeLimit, nameof(JobTimeLimit));
        CheckPositive(CredentialLifetime, nameof(CredentialLifetime));
        CheckPositive(AllowedClockSkew, nameof(AllowedClockSkew));
        if (ContinuationDelay < TimeSpan.Zero || ContinuationDelay > InputValidation.LongestTime)
        {
            throw Invalid(
                nameof(ContinuationDelay), "The delay must be 0 to 366 days.", "Use a time such as 00:00:30.");
        }

        if (MaxBatchSize < ServiceLimits.MinimumBatchSize)
        {
            throw Invalid(nameof(MaxBatchSize), "The batch size is less than 1.", "Use 1 or more.");
        }

        if (Clock is null || ActionTypes is null)
        {
            string name = Clock is null ? nameof(Clock) : nameof(ActionTypes);
            throw Invalid(name, $"{name} is null.", "Leave it out to use the default.");
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
            throw Invalid(
                name, $"{name} must be more than zero and at most 366 days.", "Use a time such as 00:01:00.");
        }
    }

    private static InvalidInputException Invalid(string name, string message, string recommendedAction) =>
        new(name, message, recommendedAction);
}
