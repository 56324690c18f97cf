using System;
using System.Collections.Generic;
using System.Text;

namespace CodePipeline.ThirdParty.Configuration;

/// <summary>Splits a command line into words, like the AWS CLI.</summary>
internal static class CommandLineParser
{
    /// <summary>Follows the rules of a POSIX shell: single quotes, double quotes and backslashes.</summary>
    /// <exception cref="FormatException">A quote is not closed, or nothing follows a backslash.</exception>
    public static List<string> SplitPosix(string text)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        char quote = '\0';
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quote == '\'' || (quote == '"' && c != '\\'))
            {
                if (c == quote)
                {
                    quote = '\0';
                }
                else
                {
                    word!.Append(c);
                }
            }
            else if (c == '\\')
            {
                if (++i == text.Length)
                {
                    throw new FormatException("nothing follows the backslash at its end");
                }

                word ??= new StringBuilder();
                if (quote == '"' && text[i] is not ('"' or '\\'))
                {
                    word.Append(c);
                }

                word.Append(text[i]);
            }
            else if (c is '\'' or '"')
            {
                quote = c;
                word ??= new StringBuilder();
            }
            else if (c is ' ' or '\t' or '\r' or '\n')
            {
                Add(words, ref word);
            }
            else
            {
                word ??= new StringBuilder();
                word.Append(c);
            }
        }

        return quote == '\0' ? Finish(words, word) : throw NotClosed();
    }

    /// <summary>Follows the rules of Windows programs: double quotes, and backslashes before them.</summary>
    /// <exception cref="FormatException">A quote is not closed.</exception>
    public static List<string> SplitWindows(string text)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        bool isQuoted = false;
        int backslashes = 0;
        foreach (char c in text)
        {
            if (c == '\\')
            {
                backslashes++;
                word ??= new StringBuilder();
                continue;
            }

            if (c == '"')
            {
                word ??= new StringBuilder();
                word.Append('\\', backslashes / 2);
                if (backslashes % 2 == 1)
                {
                    word.Append('"');
                }
                else
                {
                    isQuoted = !isQuoted;
                }

                backslashes = 0;
                continue;
            }

            word?.Append('\\', backslashes);
            backslashes = 0;
            if (c is ' ' or '\t' && !isQuoted)
            {
                Add(words, ref word);
            }
            else
            {
                word ??= new StringBuilder();
                word.Append(c);
            }
        }

        word?.Append('\\', backslashes);
        return isQuoted ? throw NotClosed() : Finish(words, word);
    }

    private static void Add(List<string> words, ref StringBuilder? word)
    {
        if (word is not null)
        {
            words.Add(word.ToString());
            word = null;
        }
    }

    private static List<string> Finish(List<string> words, StringBuilder? word)
    {
        Add(words, ref word);
        return words;
    }

    private static FormatException NotClosed() => new("a quotation mark is not closed");
}
