namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>The identity that signed an S3 request, and how its body is signed.</summary>
internal sealed class S3Caller
{
    internal const string Unsigned = "UNSIGNED-PAYLOAD";
    internal const string UnsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    internal const string SignedChunks = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    internal const string SignedChunksTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";

    internal S3Caller(string accessKeyId, string? jobId, string payload, ChunkSigner signer)
    {
        AccessKeyId = accessKeyId;
        JobId = jobId;
        Payload = payload;
        Signer = signer;
    }

    internal string AccessKeyId { get; }

    /// <summary>
    /// The job that the artifact credentials belong to; <see langword="null"/> for the emulator's access key.
    /// </summary>
    internal string? JobId { get; }

    /// <summary>The <c>x-amz-content-sha256</c> value: the hash of the body in hex, or the signing mode.</summary>
    internal string Payload { get; }

    internal ChunkSigner Signer { get; }

    internal bool IsChunked => Payload is UnsignedTrailer or SignedChunks or SignedChunksTrailer;

    internal bool HasSignedChunks => Payload is SignedChunks or SignedChunksTrailer;
}
