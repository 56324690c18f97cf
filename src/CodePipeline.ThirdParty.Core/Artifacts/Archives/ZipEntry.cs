using System;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>An entry as the central directory of a zip has it.</summary>
internal sealed class ZipEntry
{
    public ZipEntry(string name, byte[] rawName) => (Name, RawName) = (name, rawName);

    public string Name { get; }

    /// <summary>The bytes of the name, which stand before the entry's data too.</summary>
    public byte[] RawName { get; }

    public NodeKind Kind { get; set; }

    /// <summary>Whether it was made on Unix, where a backslash is part of a name.</summary>
    public bool IsFromUnix { get; init; }

    /// <summary>Whether it is deflated; stored otherwise.</summary>
    public bool IsDeflated { get; set; }

    public uint Crc { get; set; }

    public long PackedSize { get; set; }

    public long Size { get; set; }

    /// <summary>Where its local header begins in the file.</summary>
    public long HeaderOffset { get; set; }

    /// <summary>Where the next entry begins, or the directory: its data must end by then.</summary>
    public long End { get; set; }

    /// <summary>The permission bits, where the zip was made on Unix; 0 otherwise.</summary>
    public int Mode { get; set; }

    /// <summary>UTC; <see langword="null"/> where the zip has no usable one.</summary>
    public DateTime? Modified { get; set; }

    /// <summary>Its place in the tree.</summary>
    public ArchiveEntryNode? Node { get; set; }
}
