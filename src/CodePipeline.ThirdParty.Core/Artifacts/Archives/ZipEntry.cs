using System;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>An entry of a zip's central directory.</summary>
internal sealed class ZipEntry
{
    public ZipEntry(string name, byte[] rawName) => (Name, RawName) = (name, rawName);

    public string Name { get; }

    /// <summary>The stored bytes of the name, which the local header repeats.</summary>
    public byte[] RawName { get; }

    public NodeKind Kind { get; set; }

    /// <summary>Whether the entry was created on Unix, where a backslash is part of a name.</summary>
    public bool IsFromUnix { get; init; }

    /// <summary>Whether the data is deflated rather than stored.</summary>
    public bool IsDeflated { get; set; }

    public uint Crc { get; set; }

    public long PackedSize { get; set; }

    public long Size { get; set; }

    /// <summary>The offset of the local header in the file.</summary>
    public long HeaderOffset { get; set; }

    /// <summary>The offset of the next entry or of the directory. The data must end before it.</summary>
    public long End { get; set; }

    /// <summary>The permission bits; 0 if the entry was not created on Unix.</summary>
    public int Mode { get; set; }

    /// <summary>The modification time in UTC; <see langword="null"/> if it is missing or invalid.</summary>
    public DateTime? Modified { get; set; }

    /// <summary>The entry's node in the index.</summary>
    public ArchiveEntryNode? Node { get; set; }
}
