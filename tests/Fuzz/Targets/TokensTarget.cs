using System;
using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;
using System.Security;
using System.Text;
using System.Threading;
using CodePipeline.ThirdParty.Fuzz.Making;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tokens;

namespace CodePipeline.ThirdParty.Fuzz.Targets;

/// <summary>
/// Client tokens: the variable with a token or a map, and tokens from tables, scripts and vaults. The first line of the
/// input is the requested client.
/// </summary>
internal sealed class TokensTarget : FuzzTarget
{
    public override string Name => "tokens";

    public override int Longest => 16 * 1024;

    public override IReadOnlyList<byte[]> Words { get; } = AsWords(
        "\n{", "\"c-1\":", "\"token\"", "null", "\\ud800", "\\u0000", "}", "\"\"");

    public override byte[] Make(Draw draw) =>
    [
        .. Encoding.UTF8.GetBytes(draw.Pick(new[] { "c-1", "c-2", "", "\ud800", "x y" }) + "\n"),
        .. draw.Chance(0.2)
            ? Encoding.UTF8.GetBytes("just-a-token")
            : JsonMaker.Like(draw, """{"c-1":"token-1","c-2":"token-2","":"none"}"""),
    ];

    public override string Run(byte[] input)
    {
        int end = Math.Max(0, Array.IndexOf(input, (byte)'\n'));
        string client = Encoding.UTF8.GetString(input, 0, end);
        string text = Encoding.UTF8.GetString(input, end, input.Length - end);
        Environment.SetEnvironmentVariable(
            EnvironmentTokenSource.Variable, text.Replace("\0", string.Empty, StringComparison.Ordinal));
        string outcome;
        try
        {
            Secret? found = EnvironmentTokenSource.Instance.FindAsync(client, CancellationToken.None)
                .GetAwaiter().GetResult();
            Hold(found is null || found.Reveal().Length > 0, "A token is empty.");
            outcome = found is null ? "none" : "found";
        }
        catch (InvalidInputException error)
        {
            Hold(
                text.Trim().Length < 8 || !error.Message.Contains(text.Trim(), StringComparison.Ordinal),
                "The error repeats the tokens.");
            outcome = Shape(error);
        }

        return outcome + "/" + string.Join("/", Given(text.Trim()));
    }

    private static IEnumerable<string> Given(string text)
    {
        yield return Take(text);
        yield return Take(Secure(text));
        yield return Take(new PSCredential("user", Secure(text)));
        if (!ShellObject.TryRead(text, out object? value) || value is null)
        {
            yield break;
        }

        yield return Take(value);
        if (value is PSObject { BaseObject: PSCustomObject } table)
        {
            Hashtable map = new();
            foreach (PSPropertyInfo property in table.Properties)
            {
                map[property.Name] = property.Value;
            }

            yield return Take(map);
        }
    }

    private static string Take(object value)
    {
        try
        {
            IClientTokenSource source = ClientTokenArgument.Parse(value).Source;
            Secret? token = source.FindAsync("c-1", CancellationToken.None).GetAwaiter().GetResult();
            Hold(
                token is null || ServiceLimits.ClientToken.Allows(token.Reveal()),
                "A token breaks the limit of the service.");
            return source.GetType().Name + (token is null);
        }
        catch (InvalidInputException error)
        {
            return Shape(error);
        }
    }

    private static SecureString Secure(string text)
    {
        SecureString secure = new();
        foreach (char c in text.Length > 300 ? text[..300] : text)
        {
            secure.AppendChar(c);
        }

        return secure;
    }
}
