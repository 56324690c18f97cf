using System;

namespace CodePipeline.ThirdParty.Connections;

/// <summary>Why the service could not be reached.</summary>
public enum ConnectionFault
{
    /// <summary>The connection could not be made, or broke.</summary>
    Unreachable,

    /// <summary>The host name is not known.</summary>
    NameNotResolved,

    /// <summary>TLS failed: a certificate is not trusted, or the other side does not speak TLS.</summary>
    Tls,

    /// <summary>No answer came in time.</summary>
    Timeout,

    /// <summary>The proxy refused.</summary>
    Proxy,
}

/// <summary>The service could not be reached, still after the retries.</summary>
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

    /// <summary>The endpoint that was tried.</summary>
    public string Endpoint { get; }

    /// <summary>How often the request was sent.</summary>
    public int Attempts { get; }

    /// <summary>Whether an attempt ended without a clear answer and may have taken effect.</summary>
    public bool ResponseLost { get; }
}
