using System;
using CodePipeline.ThirdParty.Checksums;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>
/// The CRC of a part of an object. The CRCs of consecutive parts combine into the CRC of the whole object, without
/// reading it again.
/// </summary>
internal struct ObjectCrc
{
    private readonly Crc _code;
    private ulong _value;

    public ObjectCrc(Crc code)
        : this(code, 0, 0)
    {
    }

    private ObjectCrc(Crc code, ulong value, long length)
    {
        _code = code;
        _value = value;
        Length = length;
    }

    /// <summary>The length of the part in bytes.</summary>
    public long Length { get; private set; }

    /// <summary>The CRC as S3 writes it: big-endian, in Base64.</summary>
    public readonly string Text => Convert.ToBase64String(_code.ToBytes(_value));

    /// <summary>
    /// Parses the form of <see cref="Text"/>. Returns <see langword="null"/> if the text is not a CRC of that width.
    /// </summary>
    public static ObjectCrc? Parse(Crc code, string? text, long length)
    {
        byte[] bytes;
        try
        {
            bytes = Convert.FromBase64String(text ?? string.Empty);
        }
        catch (FormatException)
        {
            return null;
        }

        return bytes.Length == code.Width / 8 ? new ObjectCrc(code, Crc.FromBytes(bytes), length) : null;
    }

    public void Append(byte[] buffer, int count)
    {
        _value = _code.Append(_value, buffer, 0, count);
        Length += count;
    }

    /// <summary>Combines this CRC with that of the next part.</summary>
    public readonly ObjectCrc Then(ObjectCrc next) =>
        new(_code, _code.Combine(_value, next._value, next.Length), Length + next.Length);
}
