using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using CodePipeline.ThirdParty.Fuzz.Making;

namespace CodePipeline.ThirdParty.Fuzz;

/// <summary>Something that reads what others wrote, and what has to hold of it whatever that is.</summary>
internal abstract class FuzzTarget : IDisposable
{
    /// <summary>The name on the command line, and the folder of its kept cases.</summary>
    public abstract string Name { get; }

    /// <summary>How many cases the program runs unless told otherwise.</summary>
    public virtual int Cases => 1_000_000;

    /// <summary>How many cases a test runs.</summary>
    public virtual int TestCases => 1_000;

    /// <summary>The longest input, in bytes.</summary>
    public virtual int Longest => 64 * 1024;

    /// <summary>Words of the format, which changes put into inputs.</summary>
    public virtual IReadOnlyList<byte[]> Words => [];

    /// <summary>Whether a case allocates on other threads, too.</summary>
    public virtual bool UsesThreads => false;

    /// <summary>How many bytes a case may allocate for an input of a length.</summary>
    public virtual long Allowance(int length) => 512 * 1024 + (length * 200L);

    /// <summary>An input that is right, or nearly.</summary>
    public abstract byte[] Make(Draw draw);

    /// <summary>Comes before each case; what it allocates does not count.</summary>
    public virtual void Prepare()
    {
    }

    /// <summary>
    /// Runs one case. Throws where something does not hold, and lets through what must not be thrown.
    /// </summary>
    /// <returns>What it came to, in a few words: inputs with new ones are kept, and changed further.</returns>
    public abstract string Run(byte[] input);

    public void Dispose() => Release();

    /// <summary>Lets go of what the target holds.</summary>
    protected virtual void Release()
    {
    }

    /// <summary>
    /// A documented error as an outcome: its type, and its words without what differs from case to case.
    /// </summary>
    protected static string Shape(Exception error) => error.GetType().Name + " " + Shape(error.Message);

    protected static string Shape(string message)
    {
        var shape = new StringBuilder();
        bool quoted = false;
        foreach (char c in message)
        {
            quoted ^= c == '\'';
            if (!quoted && !char.IsDigit(c) && c < 127 && shape.Length < 60)
            {
                shape.Append(c);
            }
        }

        return shape.ToString();
    }

    protected static string Count(int number) => number > 3 ? "many" : number.ToString(CultureInfo.InvariantCulture);

    protected static void Hold(bool holds, string what)
    {
        if (!holds)
        {
            throw new FuzzException(what);
        }
    }

    protected static byte[][] AsWords(params string[] words) => [.. words.Select(Encoding.UTF8.GetBytes)];
}

/// <summary>Something does not hold.</summary>
internal sealed class FuzzException(string message) : Exception(message);
