using System;
using System.IO;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>The contents of an artifact that an emulated job starts with: a file, or bytes.</summary>
public sealed class EmulatedContent
{
    private readonly byte[]? _bytes;

    private EmulatedContent(string? path, byte[]? bytes)
    {
        FilePath = path;
        _bytes = bytes;
    }

    /// <summary>The file that the contents are copied from; <see langword="null"/> for bytes.</summary>
    public string? FilePath { get; }

    /// <summary>The contents of a file, which is read when the job is added.</summary>
    public static EmulatedContent FromFile(string path) =>
        new(path ?? throw new ArgumentNullException(nameof(path)), null);

    /// <summary>These bytes.</summary>
    public static EmulatedContent FromBytes(byte[] bytes) =>
        new(null, (byte[])(bytes ?? throw new ArgumentNullException(nameof(bytes))).Clone());

    /// <summary>Opens the contents; a file that cannot be read is bad input.</summary>
    internal Stream Open(string inputName)
    {
        if (_bytes is not null)
        {
            return new MemoryStream(_bytes, writable: false);
        }

        try
        {
            return new FileStream(FilePath!, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InvalidInputException(
                inputName,
                $"The file '{FilePath}' of input artifact '{inputName}' cannot be read: {e.Message}",
                "Name a file that exists and can be read.",
                e);
        }
    }
}
