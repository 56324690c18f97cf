using System;
using Amazon.Runtime;

namespace CodePipeline.ThirdParty.Client;

/// <summary>An answer as it came; <see cref="AnswerReader"/> reads it.</summary>
internal sealed class OperationResponse : AmazonWebServiceResponse
{
    public byte[] Body { get; init; } = Array.Empty<byte>();
}
