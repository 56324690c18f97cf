using System;

namespace CodePipeline.ThirdParty.Emulation.Http;

/// <summary>The received data is not a valid HTTP/1.1 request.</summary>
internal sealed class HttpFormatException : Exception
{
    internal HttpFormatException(string message)
        : base(message)
    {
    }
}
