using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Text.Json;

namespace CodePipeline.ThirdParty.Fuzz.Making;

/// <summary>
/// Generates variations of a JSON template: missing, repeated and unknown members, other types, odd texts.
/// </summary>
#pragma warning disable CA1001 // A MemoryStream holds no resources.
internal sealed class JsonMaker
#pragma warning restore CA1001
{
    private const int Deepest = 80;

    private readonly Draw _draw;
    private readonly double _share;
    private readonly MemoryStream _text = new();

    private JsonMaker(Draw draw, double share) => (_draw, _share) = (draw, share);

    /// <summary>Returns the template as bytes, with a share of its values changed.</summary>
    public static byte[] Like(Draw draw, string template, double share = 0.08)
    {
        using JsonDocument document = JsonDocument.Parse(template);
        var maker = new JsonMaker(draw, draw.Chance(0.2) ? 0 : share);
        maker.Vary(document.RootElement, 0);
        return maker._text.ToArray();
    }

    private void Vary(JsonElement element, int depth)
    {
        if (_draw.Chance(_share))
        {
            Any(depth);
            return;
        }

        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var members = new List<JsonProperty>();
                foreach (JsonProperty member in element.EnumerateObject())
                {
                    for (int copies = _draw.Chance(_share) ? _draw.Between(0, 2) : 1; copies > 0; copies--)
                    {
                        members.Add(member);
                    }
                }

                Put("{");
                for (int i = 0; i < members.Count; i++)
                {
                    Put(i > 0 ? "," : string.Empty);
                    Text(_draw.Chance(_share / 4) ? _draw.Text(40) : members[i].Name);
                    Put(":");
                    Vary(members[i].Value, depth + 1);
                }

                if (_draw.Chance(_share))
                {
                    Put(members.Count > 0 ? "," : string.Empty);
                    Text(_draw.Text(40));
                    Put(":");
                    Any(depth + 1);
                }

                Put("}");
                break;
            case JsonValueKind.Array:
                Put("[");
                bool first = true;
                foreach (JsonElement item in element.EnumerateArray())
                {
                    for (int copies = _draw.Chance(_share) ? _draw.Between(0, 3) : 1; copies > 0; copies--)
                    {
                        Put(first ? string.Empty : ",");
                        first = false;
                        Vary(item, depth + 1);
                    }
                }

                Put("]");
                break;
            case JsonValueKind.String:
                Text(_draw.Chance(_share * 2) ? _draw.Text(3000) : element.GetString()!);
                break;
            case JsonValueKind.Number:
                Put(_draw.Chance(_share * 2) ? _draw.Number() : element.GetRawText());
                break;
            default:
                Put(element.GetRawText());
                break;
        }
    }

    private void Any(int depth)
    {
        switch (_draw.Below(depth > Deepest ? 5 : 8))
        {
            case 0:
                Put("null");
                break;
            case 1:
                Put(_draw.Chance(0.5) ? "true" : "false");
                break;
            case 2:
                Put(_draw.Number());
                break;
            case 3 or 4:
                Text(_draw.Text(500));
                break;
            case 5:
                Put("{");
                Text(_draw.Text(20));
                Put(":");
                Any(depth + 1);
                Put("}");
                break;
            case 6:
                Put("[");
                Any(depth + 1);
                Put("]");
                break;
            default:
                int levels = _draw.Size(200);
                Put(Draw.Repeat('[', levels) + "1" + Draw.Repeat(']', levels));
                break;
        }
    }

    /// <summary>Writes a string unchanged, escaped, or with invalid UTF-8.</summary>
    private void Text(string text)
    {
        int manner = _draw.Below(12);
        Put("\"");
        foreach (char c in text)
        {
            if (c is '"' or '\\' or < ' ' || char.IsSurrogate(c) || manner == 0)
            {
                Put("\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture));
            }
            else
            {
                Put(c.ToString());
            }
        }

        if (manner == 1 && _share > 0)
        {
            Put(_draw.Pick(new[] { "\\ud800", "\\udc00", "\\ud83d\\ude00", "\\u0000", "\\x", "\\" }));
        }
        else if (manner == 2 && _share > 0)
        {
            _text.Write(_draw.Pick(
                new byte[][] { [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82] }));
        }

        Put("\"");
    }

    private void Put(string text) => _text.Write(Encoding.UTF8.GetBytes(text));
}
