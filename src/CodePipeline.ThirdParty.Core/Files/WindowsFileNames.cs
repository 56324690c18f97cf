using System;

namespace CodePipeline.ThirdParty.Files;

/// <summary>The rules of Windows for file names. They work on every operating system.</summary>
internal static class WindowsFileNames
{
    private static readonly string[] s_devices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"];

    /// <summary>Whether a name is a device on Windows: <c>NUL.txt</c> and <c>NUL .txt</c> both mean NUL.</summary>
    public static bool IsDevice(string name)
    {
        int dot = name.IndexOf('.');
        string stem = (dot < 0 ? name : name.Substring(0, dot)).TrimEnd(' ');
        if (Array.Exists(s_devices, device => device.Equals(stem, StringComparison.OrdinalIgnoreCase)))
        {
            return true;
        }

        return stem.Length == 4
            && (stem.StartsWith("COM", StringComparison.OrdinalIgnoreCase)
                || stem.StartsWith("LPT", StringComparison.OrdinalIgnoreCase))
            && stem[3] is (>= '0' and <= '9') or '\u00b9' or '\u00b2' or '\u00b3';
    }
}
