using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;

namespace CodePipeline.ThirdParty.Secrets;

/// <summary>
/// The environment at the start of the process. Linux shows it in <c>/proc/PID/environ</c> to all programs of the same
/// user, including variables that the process has removed since.
/// </summary>
internal static class StartupEnvironment
{
    // The fields are counted after the program's name, which ends with the last closing bracket.
    private const int StartField = 47;
    private const int EndField = 48;
    private const long Largest = 16 << 20;

    /// <summary>Overwrites the values of variables in it, if the system shows its address.</summary>
    public static void Wipe(IReadOnlyCollection<string> names)
    {
        if (names.Count == 0 || !RuntimeInformation.IsOSPlatform(OSPlatform.Linux))
        {
            return;
        }

        try
        {
            string stat = File.ReadAllText("/proc/self/stat");
            string[] fields = stat.Substring(stat.LastIndexOf(')') + 2).Split(' ');
            long start = long.Parse(fields[StartField], CultureInfo.InvariantCulture);
            long length = long.Parse(fields[EndField], CultureInfo.InvariantCulture) - start;
            if (start > 0 && length is > 0 and <= Largest)
            {
                Wipe(new IntPtr(start), (int)length, names);
            }
        }
        catch (Exception error)
            when (error is IOException or UnauthorizedAccessException or FormatException or OverflowException
                or IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            // Without /proc, other programs cannot read it either.
        }
    }

    private static void Wipe(IntPtr start, int length, IReadOnlyCollection<string> names)
    {
        byte[] block = new byte[length];
        Marshal.Copy(start, block, 0, length);
        byte[][] marks = names.Select(name => Encoding.UTF8.GetBytes(name + "=")).ToArray();
        for (int i = 0; i < length;)
        {
            int end = Array.IndexOf(block, (byte)0, i);
            end = end < 0 ? length : end;
            foreach (byte[] mark in marks)
            {
                if (end - i > mark.Length && block.Skip(i).Take(mark.Length).SequenceEqual(mark))
                {
                    byte[] nothing = new byte[end - i - mark.Length];
                    Marshal.Copy(nothing, 0, IntPtr.Add(start, i + mark.Length), nothing.Length);
                }
            }

            i = end + 1;
        }
    }
}
