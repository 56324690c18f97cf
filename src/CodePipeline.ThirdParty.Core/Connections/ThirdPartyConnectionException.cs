using System;

namespace CodePipeline.ThirdParty.Connections;

/// <summary>Why the service could not be reached.</summary>
public enum ConnectionFault
{
    /// <summary>The connection could not be made, or it broke.</summary>
    Unreachable,

    /// <summary>The host name could not be resolved.</summary>
    NameNotResolved,

    /// <summary>TLS failed: a certificate is not trusted, or the other side does not speak TLS.</summary>
    Tls,

    /// <summary>No response came in time.</summary>
    Timeout,

    /// <summary>The proxy refused the connection.</summary>
    Proxy,
}

/// <summary>The service could not be reached, even after the retries.</summary>
public sealed class ThirdPartyConnectionException : Exception
{
    internal ThirdPartyConnectionException(
        ConnectionFault fault,
        string operation,
        string endpoint,
        string message,
        int attempts,
        Exception cause,
        bool answerLost = false)
        : base(message, cause)
    {
        Fault = fault;
        Operation = operation;
        Endpoint = endpoint;
        Attempts = attempts;
        ResponseLost = answerLost;
    }

    /// <summary>Why the service could not be reached.</summary>
    public ConnectionFault Fault { get; }

    /// <summary>The operation of the API.</summary>
    public string Operation { get; }

    /// <summary>The endpoint of the call.</summary>
    public string Endpoint { get; }

    /// <summary>The number of attempts.</summary>
    public int Attempts { get; }

    /// <summary>Whether an attempt ended without a clear response and may have taken effect.</summary>
    public bool ResponseLost { get; }
}
