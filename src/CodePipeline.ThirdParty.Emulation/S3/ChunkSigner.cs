using CodePipeline.ThirdParty.Emulation.Signing;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>Computes the chunk signatures of a body. Each signature depends on the previous one.</summary>
internal sealed class ChunkSigner
{
    private const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private readonly byte[] _key;
    private readonly string _time;
    private readonly string _scope;
    private string _previous;

    internal ChunkSigner(byte[] key, string time, string scope, string seed)
    {
        _key = key;
        _time = time;
        _scope = scope;
        _previous = seed;
    }

    internal string Chunk(byte[] hash) =>
        Next(string.Join("\n", "AWS4-HMAC-SHA256-PAYLOAD", _time, _scope, _previous, EmptyHash, Hashing.Hex(hash)));

    internal string Trailer(byte[] hash) =>
        Next(string.Join("\n", "AWS4-HMAC-SHA256-TRAILER", _time, _scope, _previous, Hashing.Hex(hash)));

    private string Next(string toSign)
    {
        _previous = Hashing.Hex(Hashing.HmacSha256(_key, toSign));
        return _previous;
    }
}
