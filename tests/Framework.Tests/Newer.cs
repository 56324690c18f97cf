using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

// APIs that the tests use and .NET Framework lacks, with the same names.
#pragma warning disable SA1402, SA1403, SA1649
namespace System.Runtime.CompilerServices
{
    [AttributeUsage(AttributeTargets.Method)]
    internal sealed class ModuleInitializerAttribute : Attribute
    {
    }

    internal static class RuntimeHelpers
    {
        public static T[] GetSubArray<T>(T[] array, Range range)
        {
            (int offset, int length) = range.GetOffsetAndLength(array.Length);
            return array.Skip(offset).Take(length).ToArray();
        }
    }
}

namespace System
{
    internal readonly struct Index
    {
        private readonly int _value;

        public Index(int value, bool fromEnd = false) => _value = fromEnd ? ~value : value;

        public static Index Start => new(0);

        public static Index End => new(0, fromEnd: true);

        public static implicit operator Index(int value) => new(value);

        public int GetOffset(int length) => _value < 0 ? length - ~_value : _value;
    }

    internal readonly struct Range
    {
        public Range(Index start, Index end) => (Start, End) = (start, end);

        public Index Start { get; }

        public Index End { get; }

        public static Range StartAt(Index start) => new(start, Index.End);

        public static Range EndAt(Index end) => new(Index.Start, end);

        public (int Offset, int Length) GetOffsetAndLength(int length) =>
            (Start.GetOffset(length), End.GetOffset(length) - Start.GetOffset(length));
    }
}

namespace CodePipeline.ThirdParty
{
    internal static class Newer
    {
        public static IEnumerable<T> Order<T>(this IEnumerable<T> items) => items.OrderBy(item => item);

        public static IEnumerable<T> Order<T>(this IEnumerable<T> items, IComparer<T> by) =>
            items.OrderBy(item => item, by);

        public static bool Contains(this string text, string part, StringComparison how) =>
            text.IndexOf(part, how) >= 0;

        public static string[] Split(this string text, string separator) =>
            text.Split(new[] { separator }, StringSplitOptions.None);

        public static string Replace(this string text, string old, string with, StringComparison how) =>
            how == StringComparison.Ordinal ? text.Replace(old, with) : throw new NotSupportedException();

        public static StringBuilder Append(this StringBuilder text, IFormatProvider culture, FormattableString part) =>
            text.Append(part.ToString(culture));

        public static bool EndsWith(this string text, char end) => text.Length > 0 && text[text.Length - 1] == end;

        public static void Write(this Stream stream, byte[] bytes) => stream.Write(bytes, 0, bytes.Length);

        public static Task WriteAsync(this Stream stream, byte[] bytes, CancellationToken stop = default) =>
            stream.WriteAsync(bytes, 0, bytes.Length, stop);

        public static ValueTask<int> ReadAsync(this Stream stream, byte[] bytes, CancellationToken stop = default) =>
            new(stream.ReadAsync(bytes, 0, bytes.Length, stop));

        public static async Task WaitAsync(this Task task, TimeSpan patience)
        {
            using CancellationTokenSource late = new();
            if (await Task.WhenAny(task, Task.Delay(patience, late.Token)) != task)
            {
                throw new TimeoutException();
            }

            late.Cancel();
            await task;
        }

        public static async Task<T> WaitAsync<T>(this Task<T> task, TimeSpan patience)
        {
            await ((Task)task).WaitAsync(patience);
            return await task;
        }

        public static Task CancelAsync(this CancellationTokenSource source)
        {
            source.Cancel();
            return Task.CompletedTask;
        }

        extension(OperatingSystem)
        {
            public static bool IsWindows() => Environment.OSVersion.Platform == PlatformID.Win32NT;
        }

        extension(Enum)
        {
            public static string[] GetNames<T>()
                where T : struct, Enum => Enum.GetNames(typeof(T));
        }

        extension(Directory)
        {
            public static DirectoryInfo CreateTempSubdirectory(string prefix) => Directory.CreateDirectory(
                Path.Combine(Path.GetTempPath(), prefix + Path.GetRandomFileName()));
        }

        extension(Path)
        {
            public static string GetRelativePath(string from, string path)
            {
                string folder =
                    Path.GetFullPath(from).TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar;
                return Path.GetFullPath(path).Substring(folder.Length);
            }
        }

        extension(SHA256)
        {
            public static byte[] HashData(byte[] data)
            {
                using SHA256 hash = SHA256.Create();
                return hash.ComputeHash(data);
            }
        }

        extension(HMACSHA256)
        {
            public static byte[] HashData(byte[] key, byte[] data)
            {
                using HMACSHA256 hash = new(key);
                return hash.ComputeHash(data);
            }
        }

        extension(Convert)
        {
            public static string ToHexString(byte[] bytes) => BitConverter.ToString(bytes).Replace("-", string.Empty);
        }
    }

    /// <summary>A separate class, because the methods above have the same name and parameters.</summary>
    internal static class NewerHash
    {
        extension(MD5)
        {
            public static byte[] HashData(byte[] data)
            {
                using MD5 hash = MD5.Create();
                return hash.ComputeHash(data);
            }
        }
    }
}
