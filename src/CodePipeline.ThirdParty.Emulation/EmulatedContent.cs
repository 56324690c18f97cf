using System;
using System.IO;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>The initial contents of an input artifact: a file or bytes.</summary>
public sealed class EmulatedContent
{
    private readonly byte[]? _bytes;

    private EmulatedContent(string? path, byte[]? bytes)
    {
        FilePath = path;
        _bytes = bytes;
    }

    /// <summary>The path of the source file; <see langword="null"/> if the contents are bytes.</summary>
    public string? FilePath { get; }

    /// <summary>Takes the contents from a file. The emulator reads the file when the job is added.</summary>
    public static EmulatedContent FromFile(string path) =>
        new(path ?? throw new ArgumentNullException(nameof(path)), null);

    /// <summary>Takes the contents from a copy of <paramref name="bytes"/>.</summary>
    public static EmulatedContent FromBytes(byte[] bytes) =>
        new(null, (byte[])(bytes ?? throw new ArgumentNullException(nameof(bytes))).Clone());

    /// <summary>Opens the contents for reading.</summary>
    /// <exception cref="InvalidInputException">The file cannot be read.</exception>
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
                "Give the path of a file that exists and that this account can read.",
                e);
        }
    }
}
