using System;
using System.Threading;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Connections;

/// <summary>What one call reports while it runs, and whom it may ask.</summary>
public sealed class CallOptions
{
    /// <summary>Nothing is reported, and nobody is asked.</summary>
    public static CallOptions Quiet { get; } = new();

    /// <summary>
    /// Takes each request and answer as text, secrets redacted; <see langword="null"/> costs nothing.
    /// </summary>
    public Action<string>? Wire { get; init; }

    /// <summary>Takes what the user should know of the connection; told once by each client.</summary>
    internal Action<string>? Notice { get; init; }

    /// <summary>
    /// Asks for the code of an MFA device, by its serial number; gives <see langword="null"/> where nobody can answer.
    /// </summary>
    internal Func<string, CancellationToken, Task<string?>>? AskMfaCode { get; init; }

    /// <summary>Takes what is known of the answer as a whole, once it is there.</summary>
    internal Action<ResponseDetails>? OnResponse { get; init; }
}

/// <summary>What the client tells of an answer beside its content.</summary>
internal readonly record struct ResponseDetails(string? RequestId, long ContentLength);
