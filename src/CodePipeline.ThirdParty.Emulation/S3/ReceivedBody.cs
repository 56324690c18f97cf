using CodePipeline.ThirdParty.Emulation.Signing;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>A completely received and verified body.</summary>
internal sealed class ReceivedBody
{
    internal ReceivedBody(StoredFile file, byte[]? md5, Checksum checksum)
    {
        File = file;
        Md5 = md5;
        Checksum = checksum;
        ResponseChecksum = checksum;
    }

    internal StoredFile File { get; }

    /// <summary>The MD5 of the contents; <see langword="null"/> if the ETag is not the MD5.</summary>
    internal byte[]? Md5 { get; }

    /// <summary>The checksum to store.</summary>
    internal Checksum Checksum { get; }

    /// <summary>The checksum for the response: in the client's algorithm if it sent a checksum.</summary>
    internal Checksum ResponseChecksum { get; init; }

    /// <summary>The ETag: the MD5, or a random value like S3's for KMS-encrypted objects.</summary>
    internal string ETag => Hashing.Hex(Md5 ?? RandomIdentifiers.Bytes(16));
}
