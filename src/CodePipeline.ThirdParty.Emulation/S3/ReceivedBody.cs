using CodePipeline.ThirdParty.Emulation.Signing;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>A body that has come in whole and been found right.</summary>
internal sealed class ReceivedBody
{
    internal ReceivedBody(StoredFile file, byte[]? md5, Checksum checksum)
    {
        File = file;
        Md5 = md5;
        Checksum = checksum;
        Answered = checksum;
    }

    internal StoredFile File { get; }

    /// <summary>The MD5 of the contents; <see langword="null"/> where nothing needs it.</summary>
    internal byte[]? Md5 { get; }

    /// <summary>The checksum to keep.</summary>
    internal Checksum Checksum { get; }

    /// <summary>The checksum to answer, which is the client's where it sent one.</summary>
    internal Checksum Answered { get; init; }

    /// <summary>The ETag: the MD5 where there is one, and else made up, as S3 does for objects under KMS.</summary>
    internal string ETag => Hashing.Hex(Md5 ?? RandomIdentifiers.Bytes(16));
}
