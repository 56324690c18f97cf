using System;

namespace CodePipeline.ThirdParty.Emulation.Http;

/// <summary>What came over a connection is not an HTTP/1.1 request.</summary>
internal sealed class HttpFormatException : Exception
{
    internal HttpFormatException(string message)
        : base(message)
    {
    }
}
