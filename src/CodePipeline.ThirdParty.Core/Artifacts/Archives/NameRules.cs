using System;
using System.Runtime.InteropServices;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>The file-name rules of an operating system: invalid names, and names that it treats as equal.</summary>
internal sealed class NameRules
{
    private NameRules(bool isWindows, bool foldsNames)
    {
        IsWindows = isWindows;
        FoldsNames = foldsNames;
    }

    public static NameRules Linux { get; } = new(isWindows: false, foldsNames: false);

    public static NameRules MacOS { get; } = new(isWindows: false, foldsNames: true);

    public static NameRules Windows { get; } = new(isWindows: true, foldsNames: true);

    public static NameRules OfThisMachine { get; } =
        RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? Windows
        : RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? MacOS
        : Linux;

    public bool IsWindows { get; }

    /// <summary>Whether names that differ only by case or Unicode normalization are equal.</summary>
    public bool FoldsNames { get; }

    /// <summary>Compares folded names as the system does.</summary>
    public StringComparer Comparer => FoldsNames ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>Returns the normalized form of a name for comparison.</summary>
    public string Fold(string name)
    {
        if (!FoldsNames || IsAscii(name))
        {
            return name;
        }

        try
        {
            return name.Normalize();
        }
        catch (ArgumentException)
        {
            // A lone surrogate or a noncharacter (U+FFFE) has no normalized form.
            return name;
        }
    }

    /// <summary>Describes why a path segment is invalid. Returns <see langword="null"/> if it is valid.</summary>
    public string? Fault(string segment)
    {
        if (segment == "..")
        {
            return "'..' points outside the folder";
        }

        if (segment.IndexOf('\0') >= 0)
        {
            return "its name contains a NUL character";
        }

        return IsWindows ? WindowsFault(segment) : null;
    }

    private static string? WindowsFault(string segment)
    {
        foreach (char each in segment)
        {
            if (each < ' ')
            {
                return "Windows does not allow control characters in names";
            }

            if (each == ':')
            {
                return "on Windows a ':' denotes a drive or an alternate stream";
            }

            if (each is '<' or '>' or '"' or '|' or '?' or '*' or '\\')
            {
                return $"Windows does not allow '{each}' in names";
            }
        }

        if (segment[segment.Length - 1] is '.' or ' ')
        {
            return "Windows removes a dot or space at the end of a name";
        }

        return WindowsFileNames.IsDevice(segment) ? "its name is a device name on Windows" : null;
    }

    private static bool IsAscii(string name)
    {
        foreach (char each in name)
        {
            if (each > '\u007f')
            {
                return false;
            }
        }

        return true;
    }
}
