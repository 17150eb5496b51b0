from openai import AsyncOpenAI

client = AsyncOpenAI()


async def packing_list(trail, weather):
    prompt = f"We hike {trail.name} ({trail.kilometres} km, {trail.region}). The weather is {weather}. What do we pack?"
    print("asking gpt:", prompt)
    answer = await client.chat.completions.create(
        model="gpt-3.5-turbo",
        messages=[{"role": "system", "content": "You are an experienced mountain guide."}, {"role": "user", "content": prompt}],
    )
    return answer.choices[0].message.content
