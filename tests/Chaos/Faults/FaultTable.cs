using System;
using System.Collections.Generic;
using System.Linq;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Emulation.S3;

namespace CodePipeline.ThirdParty.Chaos.Faults;

/// <summary>How a job ends that met a fault.</summary>
/// <param name="Status">Its status; <see langword="null"/> where the worker ends before it takes the job.</param>
/// <param name="FailureType">Why it failed.</param>
/// <param name="Reason">What the failure's message says, or the error that the worker ends with.</param>
internal sealed record FaultEnd(string? Status, FailureType? FailureType = null, string? Reason = null)
{
    public static FaultEnd Well { get; } = new(JobStatus.Succeeded);

    public override string ToString() => $"{Status} {FailureType} {Reason}";
}

/// <summary>One kind of fault on one operation, once or to stay, and how the job has to end.</summary>
internal sealed record FaultCase(FaultKind Kind, string Operation, bool Stays, string Plan, string Wish, FaultEnd End)
{
    public override string ToString() => $"{Kind}@{Operation}, {(Stays ? "stays" : "once")}";
}

/// <summary>
/// Every fault that the emulator can order, on every operation that a worker calls, and what is documented of its end.
/// </summary>
internal static class FaultTable
{
    /// <summary>More than any one call is tried.</summary>
    private const int Often = 8;

    /// <summary>How late a slow answer is: a worker's patience ends before.</summary>
    public const int SlowSeconds = 120;

    /// <summary>The five operations of the service.</summary>
    public static IReadOnlyList<string> Calls { get; } = Emulation.Wire.Operations.All;

    /// <summary>Those of the store that artifacts take.</summary>
    public static IReadOnlyList<string> Transfers { get; } =
    [
        S3Operations.GetObject, S3Operations.HeadObject, S3Operations.PutObject, S3Operations.CreateMultipartUpload,
        S3Operations.UploadPart, S3Operations.CompleteMultipartUpload, S3Operations.AbortMultipartUpload,
    ];

    /// <summary>Those that the emulator has for other clients.</summary>
    public static IReadOnlyList<string> NotCalled { get; } =
    [
        S3Operations.ListBuckets, S3Operations.HeadBucket, S3Operations.GetBucketLocation, S3Operations.ListObjects,
        S3Operations.ListObjectsV2, S3Operations.ListMultipartUploads, S3Operations.DeleteObjects,
        S3Operations.DeleteObject,
        S3Operations.ListParts,
    ];

    /// <summary>All cases of an operation.</summary>
    public static IEnumerable<FaultCase> Of(string operation) => Enum.GetValues<FaultKind>()
        .Where(kind => CanHit(kind, operation))
        .SelectMany(kind => new[] { Of(kind, operation, stays: false), Of(kind, operation, stays: true) });

    private static FaultCase Of(FaultKind kind, string operation, bool stays)
    {
        bool isCall = Calls.Contains(operation);

        // The very first poll is a case of its own: a worker that may not poll ends at once.
        bool isRefusedAtStart = kind == FaultKind.AccessDenied && operation == Emulation.Wire.Operations.Poll && !stays;
        var rule = new FaultRule(
            kind,
            operation: operation,
            skip: operation == Emulation.Wire.Operations.Poll && !isRefusedAtStart ? 1 : 0,
            limit: !stays ? 1 : !isCall ? null : kind == FaultKind.Slow ? 2 : Often,
            delay: kind == FaultKind.Slow ? TimeSpan.FromSeconds(SlowSeconds) : null);

        // An upload is aborted where one of its parts is refused.
        string plan = new FaultPlan(1, operation == S3Operations.AbortMultipartUpload
            ? [rule, new FaultRule(FaultKind.AccessDenied, operation: S3Operations.UploadPart)]
            : [rule]).ToString();
        string wish = operation == Emulation.Wire.Operations.Failure ? FaultyHandler.Fail
            : operation is S3Operations.CreateMultipartUpload or S3Operations.UploadPart
                or S3Operations.CompleteMultipartUpload or S3Operations.AbortMultipartUpload
                    ? FaultyHandler.SucceedLarge
            : FaultyHandler.Succeed;
        FaultEnd end = isRefusedAtStart ? new FaultEnd(null, Reason: nameof(AccessDeniedException))
            : isCall ? EndOfCall(kind, operation)
            : EndOfTransfer(kind, operation, stays);
        return new FaultCase(kind, operation, stays, plan, wish, end);
    }

    /// <summary>
    /// What goes wrong between worker and service costs no job: it is asked again until there is an answer.
    /// </summary>
    private static FaultEnd EndOfCall(FaultKind kind, string operation)
    {
        FaultEnd wished = operation == Emulation.Wire.Operations.Failure
            ? new FaultEnd(JobStatus.Failed, FailureType.JobFailed, FaultyHandler.FailMessage)
            : FaultEnd.Well;
        return kind switch
        {
            FaultKind.Throttle or FaultKind.InternalFailure or FaultKind.ServiceUnavailable or FaultKind.DropBefore
                or FaultKind.DropAfter or FaultKind.Slow or FaultKind.Garbled or FaultKind.CutOff => wished,

            // Rights and credentials come back; a job that could not be claimed meanwhile is handed out again.
            FaultKind.ExpiredToken or FaultKind.AccessDenied => wished,
            _ => throw Unknown(kind, operation),
        };
    }

    private static FaultEnd EndOfTransfer(FaultKind kind, string operation, bool stays)
    {
        switch (operation)
        {
            // Only the checksum is asked for by it; without it there is none to be checked.
            case S3Operations.HeadObject:
                return Known(kind, operation, FaultEnd.Well);

            // The job's end is that of the part that was refused.
            case S3Operations.AbortMultipartUpload:
                return Known(kind, operation, Failed(FailureType.PermissionError, "AccessDenied"));

            // Whether it was taken is found out; the answer is not needed.
            case S3Operations.CompleteMultipartUpload
                when kind is FaultKind.DropAfter or FaultKind.CutOff or FaultKind.Garbled:
                return FaultEnd.Well;
        }

        FaultEnd WellUnlessItStays(string reason) =>
            stays ? Failed(FailureType.SystemUnavailable, reason) : FaultEnd.Well;
        return kind switch
        {
            FaultKind.Throttle => WellUnlessItStays("SlowDown"),
            FaultKind.InternalFailure => WellUnlessItStays("InternalError"),
            FaultKind.ServiceUnavailable => WellUnlessItStays("ServiceUnavailable"),
            FaultKind.DropBefore or FaultKind.DropAfter or FaultKind.Slow or FaultKind.CutOff or FaultKind.Garbled =>
                WellUnlessItStays($"{operation} of artifact"),

            // New credentials are got, once.
            FaultKind.ExpiredToken => WellUnlessItStays("ExpiredToken"),
            FaultKind.AccessDenied => Failed(FailureType.PermissionError, "AccessDenied"),

            // The store refuses what does not fit its checksum. What was read wrong is found at the end of it all.
            FaultKind.Corrupt when operation == S3Operations.GetObject =>
                Failed(FailureType.SystemUnavailable, "differs from the object in S3"),
            FaultKind.Corrupt => WellUnlessItStays($"{operation} of artifact"),
            _ => throw Unknown(kind, operation),
        };
    }

    private static FaultEnd Failed(FailureType type, string reason) => new(JobStatus.Failed, type, reason);

    // A kind that is new has to be thought about here, too.
    private static FaultEnd Known(FaultKind kind, string operation, FaultEnd end) =>
        kind <= FaultKind.Corrupt ? end : throw Unknown(kind, operation);

    private static NotSupportedException Unknown(FaultKind kind, string operation) =>
        new($"What becomes of a job under {kind} on {operation} is not said.");

    private static bool CanHit(FaultKind kind, string operation)
    {
        try
        {
            _ = new FaultRule(kind, operation: operation);
            return true;
        }
        catch (InvalidInputException)
        {
            return false;
        }
    }
}
