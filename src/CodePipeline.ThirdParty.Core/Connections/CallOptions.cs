using System;
using System.Threading;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Connections;

/// <summary>The callbacks of one call: for its log, its warnings and its questions to the user.</summary>
public sealed class CallOptions
{
    /// <summary>Options without callbacks.</summary>
    public static CallOptions Quiet { get; } = new();

    /// <summary>
    /// Receives each request and response as text, with secrets redacted. <see langword="null"/> turns the log off.
    /// </summary>
    public Action<string>? Wire { get; init; }

    /// <summary>Receives warnings about the connection, once per client.</summary>
    internal Action<string>? Notice { get; init; }

    /// <summary>
    /// Asks the user for a code of the MFA device with this serial number. Returns <see langword="null"/> if it cannot
    /// ask.
    /// </summary>
    internal Func<string, CancellationToken, Task<string?>>? AskMfaCode { get; init; }

    /// <summary>Receives the request id and the length of each successful response.</summary>
    internal Action<ResponseDetails>? OnResponse { get; init; }
}

/// <summary>The request id of a response and its length in bytes.</summary>
internal readonly record struct ResponseDetails(string? RequestId, long ContentLength);
