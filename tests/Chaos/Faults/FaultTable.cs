using System;
using System.Collections.Generic;
using System.Linq;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Emulation.S3;

namespace CodePipeline.ThirdParty.Chaos.Faults;

/// <summary>The expected end of a job after a fault.</summary>
/// <param name="Status">The status; <see langword="null"/> if the worker ends before it claims the job.</param>
/// <param name="FailureType">The failure type.</param>
/// <param name="Reason">A part of the failure message, or the error that ends the worker.</param>
internal sealed record FaultEnd(string? Status, FailureType? FailureType = null, string? Reason = null)
{
    public static FaultEnd Well { get; } = new(JobStatus.Succeeded);

    public override string ToString() => $"{Status} {FailureType} {Reason}";
}

/// <summary>A fault on an operation, once or permanently, and the expected end of the job.</summary>
internal sealed record FaultCase(FaultKind Kind, string Operation, bool Stays, string Plan, string Wish, FaultEnd End)
{
    public override string ToString() => $"{Kind}@{Operation}, {(Stays ? "stays" : "once")}";
}

/// <summary>
/// Every fault of the emulator on every operation of a worker, with the documented end of the job.
/// </summary>
internal static class FaultTable
{
    /// <summary>More than the number of attempts of any request.</summary>
    private const int Often = 8;

    /// <summary>The delay of a slow response in seconds. The worker's time limit is shorter.</summary>
    public const int SlowSeconds = 120;

    /// <summary>The five job operations.</summary>
    public static IReadOnlyList<string> Calls { get; } = Emulation.Wire.Operations.All;

    /// <summary>The S3 operations that artifact transfers use.</summary>
    public static IReadOnlyList<string> Transfers { get; } =
    [
        S3Operations.GetObject, S3Operations.HeadObject, S3Operations.PutObject, S3Operations.CreateMultipartUpload,
        S3Operations.UploadPart, S3Operations.CompleteMultipartUpload, S3Operations.AbortMultipartUpload,
    ];

    /// <summary>The S3 operations that the worker does not use.</summary>
    public static IReadOnlyList<string> NotCalled { get; } =
    [
        S3Operations.ListBuckets, S3Operations.HeadBucket, S3Operations.GetBucketLocation, S3Operations.ListObjects,
        S3Operations.ListObjectsV2, S3Operations.ListMultipartUploads, S3Operations.DeleteObjects,
        S3Operations.DeleteObject,
        S3Operations.ListParts,
    ];

    /// <summary>Returns all cases of an operation.</summary>
    public static IEnumerable<FaultCase> Of(string operation) => Enum.GetValues<FaultKind>()
        .Where(kind => CanHit(kind, operation))
        .SelectMany(kind => new[] { Of(kind, operation, stays: false), Of(kind, operation, stays: true) });

    private static FaultCase Of(FaultKind kind, string operation, bool stays)
    {
        bool isCall = Calls.Contains(operation);

        // The first poll is a special case: a worker without permission to poll ends at once.
        bool isRefusedAtStart =
            kind == FaultKind.AccessDenied && operation == Emulation.Wire.Operations.Poll && !stays;
        var rule = new FaultRule(
            kind,
            operation: operation,
            skip: operation == Emulation.Wire.Operations.Poll && !isRefusedAtStart ? 1 : 0,
            limit: !stays ? 1 : !isCall ? null : kind == FaultKind.Slow ? 2 : Often,
            delay: kind == FaultKind.Slow ? TimeSpan.FromSeconds(SlowSeconds) : null);

        // The worker aborts an upload after a rejected part.
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
    /// A failed request to the service never fails a job, because the worker retries until it gets a response.
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

            // The permissions or credentials become valid again. Polls return a job that could not be claimed again.
            FaultKind.ExpiredToken or FaultKind.AccessDenied => wished,
            _ => throw Unknown(kind, operation),
        };
    }

    private static FaultEnd EndOfTransfer(FaultKind kind, string operation, bool stays)
    {
        switch (operation)
        {
            // HeadObject only gets the checksum. If it fails, the worker skips the check.
            case S3Operations.HeadObject:
                return Known(kind, operation, FaultEnd.Well);

            // The rejected part determines the end of the job.
            case S3Operations.AbortMultipartUpload:
                return Known(kind, operation, Failed(FailureType.PermissionError, "AccessDenied"));

            // The worker finds out whether S3 completed the upload, without this response.
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

            // The worker renews the credentials once.
            FaultKind.ExpiredToken => WellUnlessItStays("ExpiredToken"),
            FaultKind.AccessDenied => Failed(FailureType.PermissionError, "AccessDenied"),

            // S3 rejects an upload with a wrong checksum. The worker detects a corrupt download at the end.
            FaultKind.Corrupt when operation == S3Operations.GetObject =>
                Failed(FailureType.SystemUnavailable, "differs from the object in S3"),
            FaultKind.Corrupt => WellUnlessItStays($"{operation} of artifact"),
            _ => throw Unknown(kind, operation),
        };
    }

    private static FaultEnd Failed(FailureType type, string reason) => new(JobStatus.Failed, type, reason);

    // Forces a decision for each new fault kind.
    private static FaultEnd Known(FaultKind kind, string operation, FaultEnd end) =>
        kind <= FaultKind.Corrupt ? end : throw Unknown(kind, operation);

    private static NotSupportedException Unknown(FaultKind kind, string operation) =>
        new($"The table has no expected end for {kind} on {operation}.");

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
