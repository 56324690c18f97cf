namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>The progress of expanding or packing an archive.</summary>
/// <param name="Bytes">The bytes of file content processed so far.</param>
/// <param name="TotalBytes">The total bytes of file content; 0 if unknown in advance, as for tar.</param>
/// <param name="Entries">The entries processed so far.</param>
/// <param name="TotalEntries">The total entries; 0 if unknown in advance.</param>
internal readonly record struct ArchiveProgress(long Bytes, long TotalBytes, long Entries, long TotalEntries);
