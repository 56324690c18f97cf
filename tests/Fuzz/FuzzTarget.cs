using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using CodePipeline.ThirdParty.Fuzz.Making;

namespace CodePipeline.ThirdParty.Fuzz;

/// <summary>Code that reads untrusted input, and the invariants that must hold for any input.</summary>
internal abstract class FuzzTarget : IDisposable
{
    /// <summary>The name on the command line and of the corpus folder.</summary>
    public abstract string Name { get; }

    /// <summary>The default number of cases of the program.</summary>
    public virtual int Cases => 1_000_000;

    /// <summary>The number of cases of the test.</summary>
    public virtual int TestCases => 1_000;

    /// <summary>The maximum length of an input, in bytes.</summary>
    public virtual int Longest => 64 * 1024;

    /// <summary>Tokens of the format that mutations insert.</summary>
    public virtual IReadOnlyList<byte[]> Words => [];

    /// <summary>Whether a case also allocates on other threads.</summary>
    public virtual bool UsesThreads => false;

    /// <summary>The number of bytes that a case may allocate for an input of a length.</summary>
    public virtual long Allowance(int length) => 512 * 1024 + (length * 200L);

    /// <summary>Generates a valid or almost valid input.</summary>
    public abstract byte[] Make(Draw draw);

    /// <summary>Prepares a case. Its allocations are not measured.</summary>
    public virtual void Prepare()
    {
    }

    /// <summary>
    /// Runs one case. Throws if an invariant is violated, and does not catch unexpected exceptions.
    /// </summary>
    /// <returns>A short description of the outcome. Inputs with new outcomes are kept and mutated.</returns>
    public abstract string Run(byte[] input);

    public void Dispose() => Release();

    /// <summary>Releases the resources of the target.</summary>
    protected virtual void Release()
    {
    }

    /// <summary>
    /// Describes a documented error as an outcome: its type and its message without digits and quoted text.
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

/// <summary>An invariant was violated.</summary>
internal sealed class FuzzException(string message) : Exception(message);
